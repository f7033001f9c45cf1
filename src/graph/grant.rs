//! IAM grants of every google resource form.

use super::fact::Fact;
use super::refs::{self, Reference};
use super::types::ByType;
use super::view::{Place, View, text_of};
use crate::catalog::iam::PermissionSet;
use crate::eval::plan::{Mode, Resource};
use crate::eval::value::{Reasons, Value};
use std::cell::OnceCell;
use std::sync::Arc;

/// What a grant is made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A project.
    Project,
    /// A folder.
    Folder,
    /// An organisation.
    Organization,
    /// A Cloud Storage bucket.
    Bucket,
    /// A service account.
    ServiceAccount,
}

/// How a resource treats grants made elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `_member`: adds one.
    Member,
    /// `_binding`: decides all members of the role.
    Binding,
    /// `_policy`: decides all grants.
    Policy,
}

/// One role granted to some members.
#[derive(Clone, Debug)]
pub struct Grant<'p> {
    /// The resource.
    pub resource: &'p Resource,
    /// What it is made on.
    pub level: Level,
    /// How it treats others.
    pub form: Form,
    /// The project, folder, organisation, bucket or account; `None` where it is not written.
    pub target: Option<Value>,
    /// The resources that the target refers to.
    pub target_refs: Vec<Reference>,
    /// The target as a plain reference (`var.project`) with its module; `None` for other expressions.
    pub target_path: Option<String>,
    /// The role, such as `roles/logging.logWriter`.
    pub role: Fact<Arc<str>>,
    /// The resources that the role's expression refers to.
    pub role_refs: Vec<Reference>,
    /// Where the role stands.
    pub role_place: Place,
    /// The members.
    pub members: Vec<Member>,
    /// The members where even their number is not known.
    pub open_members: Option<Value>,
    /// Where the members stand.
    pub members_place: Place,
    /// The title of a condition on it, or its expression.
    pub condition: Option<String>,
    /// Why it is not certain that it is made.
    pub uncertain: Option<Reasons>,
    /// The permissions that it gives, as [`super::Graph::permissions`] has worked them out.
    pub(super) gives: OnceCell<Result<Arc<PermissionSet>, Reasons>>,
}

/// A member of a grant.
#[derive(Clone, Debug)]
pub struct Member {
    /// The text, such as `serviceAccount:a@p.iam.gserviceaccount.com`.
    pub text: Value,
    /// The resources that the expression refers to (of a list, those of all its elements).
    pub refs: Vec<Reference>,
}

/// The resource types that grant, without `_member`, `_binding` or `_policy`; what they grant on; and the argument that
/// names it.
const FAMILIES: [(&str, Level, &str); 5] = [
    ("google_project_iam", Level::Project, "project"),
    ("google_folder_iam", Level::Folder, "folder"),
    ("google_organization_iam", Level::Organization, "org_id"),
    ("google_storage_bucket_iam", Level::Bucket, "bucket"),
    ("google_service_account_iam", Level::ServiceAccount, "service_account_id"),
];

/// The grants that a resource makes; none for other resources.
pub fn of_resource<'p>(types: &ByType<'p>, resource: &'p Resource) -> Vec<Grant<'p>> {
    let Some((family, form)) = family(&resource.type_name) else { return Vec::new() };
    let Some((_, level, target)) = FAMILIES.iter().find(|(name, ..)| *name == family) else { return Vec::new() };
    let view = View::of(resource);
    let reader = Reader { types, resource, level: *level, form, target, view };
    match form {
        Form::Policy => reader.policy(),
        _ => vec![reader.grant(&reader.view, resource.uncertain.clone())],
    }
}

fn family(type_name: &str) -> Option<(&str, Form)> {
    let (family, form) = type_name.rsplit_once('_')?;
    let form = match form {
        "member" => Form::Member,
        "binding" => Form::Binding,
        "policy" => Form::Policy,
        _ => return None,
    };
    Some((family, form))
}

struct Reader<'p, 'a> {
    types: &'a ByType<'p>,
    resource: &'p Resource,
    level: Level,
    form: Form,
    target: &'a str,
    view: View<'p>,
}

impl<'p> Reader<'p, '_> {
    /// A grant of one role, written in `view`: the resource itself, or a `binding` of a policy.
    fn grant(&self, view: &View<'p>, uncertain: Option<Reasons>) -> Grant<'p> {
        let name = if view.get("members").is_some() || self.form != Form::Member { "members" } else { "member" };
        let refs = self.refs(view, name);
        let value = view.get(name).cloned();
        let (texts, open) = match value {
            Some(list) if name == "members" => match list.elements() {
                Some(elements) => (elements.to_vec(), None),
                None => (Vec::new(), Some(list)),
            },
            Some(one) => (vec![one], None),
            None => (Vec::new(), None),
        };
        let members = texts.into_iter().map(|text| Member { text, refs: refs.clone() }).collect();
        let role = view.text("role").unwrap_or_else(|| Fact::Known(Arc::from("")));
        let condition = view.block("condition").map(|c| condition_title(&c));
        Grant {
            role,
            role_refs: self.refs(view, "role"),
            role_place: view.place("role"),
            members,
            open_members: open,
            members_place: view.place(name),
            condition,
            ..self.empty(uncertain)
        }
    }

    fn empty(&self, uncertain: Option<Reasons>) -> Grant<'p> {
        Grant {
            resource: self.resource,
            level: self.level,
            form: self.form,
            target: Some(super::cluster::default_of(&self.view, self.target)),
            target_refs: self.refs(&self.view, self.target),
            target_path: self.view.written(self.target).and_then(|w| refs::path(&self.resource.module, w)),
            role: Fact::Unknown(Reasons::default()),
            role_refs: Vec::new(),
            role_place: self.view.place("policy_data"),
            members: Vec::new(),
            open_members: None,
            members_place: self.view.place("policy_data"),
            condition: None,
            uncertain,
            gives: OnceCell::new(),
        }
    }

    fn refs(&self, view: &View<'p>, name: &str) -> Vec<Reference> {
        view.written(name).map(refs::of_attribute).unwrap_or_default()
    }

    /// The grants of a policy: read from its JSON, or, where that is not known, from the data source's own blocks.
    fn policy(&self) -> Vec<Grant<'p>> {
        let Some(data) = self.view.get("policy_data") else { return Vec::new() };
        if let Some(json) = data.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            return self.bindings(&json);
        }
        let refs = self.refs(&self.view, "policy_data");
        let policies = self.types.all("google_iam_policy").filter(|r| r.mode == Mode::Data);
        let mut sources = policies.filter(|s| refs.iter().any(|r| r.is_to(s)));
        if let (Some(source), None) = (sources.next(), sources.next()) {
            let blocks = View::of(source).blocks("binding");
            return blocks.iter().map(|b| self.grant(b, self.uncertain(b))).collect();
        }
        let reasons = data.reasons().cloned().unwrap_or_default();
        let open = Some(Value::unknown(crate::eval::value::Type::Any, reasons.clone()));
        vec![Grant { role: Fact::Unknown(reasons), open_members: open, ..self.empty(self.resource.uncertain.clone()) }]
    }

    fn uncertain(&self, block: &View) -> Option<Reasons> {
        match (&self.resource.uncertain, &block.uncertain) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.clone().or(b.clone()),
        }
    }

    fn bindings(&self, policy: &serde_json::Value) -> Vec<Grant<'p>> {
        let bindings = policy.get("bindings").and_then(|b| b.as_array()).cloned().unwrap_or_default();
        let one = |binding: &serde_json::Value| {
            let role = binding.get("role").and_then(|r| r.as_str()).unwrap_or_default();
            let members = binding.get("members").and_then(|m| m.as_array()).cloned().unwrap_or_default();
            let member =
                |m: &serde_json::Value| m.as_str().map(|m| Member { text: Value::string(m), refs: Vec::new() });
            let condition = binding.get("condition").map(|c| {
                let text = |name: &str| c.get(name).and_then(|t| t.as_str()).map(str::to_string);
                text("title").or_else(|| text("expression")).unwrap_or_default()
            });
            Grant {
                role: Fact::Known(role.into()),
                members: members.iter().filter_map(member).collect(),
                condition,
                ..self.empty(self.resource.uncertain.clone())
            }
        };
        bindings.iter().map(one).collect()
    }
}

fn condition_title(condition: &View) -> String {
    let known = |name: &str| condition.get(name).map(text_of).and_then(|t| t.known().map(|t| t.to_string()));
    known("title").or_else(|| known("expression")).unwrap_or_else(|| "a condition that is not known".into())
}
