//! IAM grants of every google resource form.

use super::fact::Fact;
use super::refs;
use super::text::Text;
use super::types::ByType;
use super::view::{AttributePlace, View};
use crate::catalog::gke::last_part;
use crate::catalog::iam::PermissionSet;
use crate::cty::value::{Marks, Reasons, Value};
use crate::plan::{Mode, ResolvedReference, Resource};
use std::cell::OnceCell;
use std::sync::Arc;

/// What a grant is made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantLevel {
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
    pub level: GrantLevel,
    /// How it treats others.
    pub form: Form,
    /// The project, folder, organisation, bucket or account.
    pub target: Value,
    /// The role, such as `roles/logging.logWriter`.
    pub role: Fact<Text>,
    /// The members, such as `serviceAccount:a@p.iam.gserviceaccount.com`.
    pub members: Vec<Value>,
    /// The members where even their number is not known.
    pub open_members: Option<Value>,
    /// The title of a condition on it, or its expression.
    pub condition: Option<Text>,
    /// Why it is not certain that it is made.
    pub uncertain: Option<Reasons>,
    written: Written<'p>,
    target_path: OnceCell<Option<String>>,
    role_refs: OnceCell<Vec<ResolvedReference>>,
    member_refs: OnceCell<Vec<ResolvedReference>>,
    /// The permissions that it gives, as [`super::Graph::permissions`] has worked them out.
    pub(super) gives: OnceCell<Result<Arc<PermissionSet>, Reasons>>,
}

/// Where the parts of a grant are written.
#[derive(Clone, Debug)]
struct Written<'p> {
    /// The resource, or the `binding` of a policy.
    view: View<'p>,
    /// The resource's argument that names the target.
    target: &'static str,
    /// The view's argument that names the role.
    role: &'static str,
    /// The view's argument that names the members.
    members: &'static str,
}

/// The argument of a `_policy` that holds all of it.
const POLICY: &str = "policy_data";

impl Grant<'_> {
    /// The resources that the target refers to.
    pub fn target_refs(&self) -> Vec<ResolvedReference> {
        View::of(self.resource).references(self.written.target)
    }

    /// The reason that nothing here says whether a project is the one, or in the folder or organisation, that it is made on.
    pub fn target_is_elsewhere(&self) -> Reasons {
        let kind = match self.level {
            GrantLevel::Folder => "in the folder",
            GrantLevel::Organization => "in the organisation",
            _ => "the one with the number",
        };
        let id = Text::of(&self.target).map(|id| id.derive(last_part(&id)));
        let target = id.map_or_else(|| format!("{kind} that is given"), |id| format!("{kind} {id}"));
        let block = format!("{}.{}", self.resource.address, self.written.target);
        Reasons::elsewhere(block, format!("whether the project is {target}"), None)
    }

    /// The target as a plain reference (`var.project`) with its module; `None` for other expressions.
    pub fn target_path(&self) -> Option<&str> {
        let path = || refs::path(&self.resource.module, View::of(self.resource).written(self.written.target)?);
        self.target_path.get_or_init(path).as_deref()
    }

    /// The resources that the role's expression refers to.
    pub fn role_refs(&self) -> &[ResolvedReference] {
        self.role_refs.get_or_init(|| self.written.view.references("role"))
    }

    /// The resources that the members' expressions refer to: any of them may be any member's.
    pub fn member_refs(&self) -> &[ResolvedReference] {
        self.member_refs.get_or_init(|| match self.written.members {
            POLICY => Vec::new(),
            name => self.written.view.references(name),
        })
    }

    /// Where the role stands.
    pub fn role_place(&self) -> AttributePlace {
        self.written.view.place(self.written.role)
    }

    /// Where the members stand.
    pub fn members_place(&self) -> AttributePlace {
        self.written.view.place(self.written.members)
    }
}

/// The resource types that grant, without `_member`, `_binding` or `_policy`; what they grant on; and the argument that
/// names it.
const FAMILIES: [(&str, GrantLevel, &str); 5] = [
    ("google_project_iam", GrantLevel::Project, "project"),
    ("google_folder_iam", GrantLevel::Folder, "folder"),
    ("google_organization_iam", GrantLevel::Organization, "org_id"),
    ("google_storage_bucket_iam", GrantLevel::Bucket, "bucket"),
    ("google_service_account_iam", GrantLevel::ServiceAccount, "service_account_id"),
];

/// The grants that a resource makes; none for other resources.
pub fn of_resource<'p>(types: &ByType<'p>, resource: &'p Resource) -> Vec<Grant<'p>> {
    let Some((family, form)) = family(&resource.type_name) else { return Vec::new() };
    let Some((_, level, target)) = FAMILIES.iter().find(|(name, ..)| *name == family) else { return Vec::new() };
    let view = View::of(resource);
    let reader = GrantReader { types, resource, level: *level, form, target, view };
    match form {
        Form::Policy => reader.policy(),
        _ => vec![reader.grant(reader.view.clone(), resource.uncertain.clone())],
    }
}

/// The blocks of a resource that name a role: itself, whatever it grants on, or the bindings of a policy.
pub fn role_blocks(resource: &Resource) -> Vec<View<'_>> {
    let name = &*resource.type_name;
    let grants = name.ends_with("_iam_member") || name.ends_with("_iam_binding");
    match resource.mode {
        Mode::Managed if name.starts_with("google_") && grants => vec![View::of(resource)],
        Mode::Data if name == "google_iam_policy" => View::of(resource).blocks("binding"),
        _ => Vec::new(),
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

struct GrantReader<'p, 'a> {
    types: &'a ByType<'p>,
    resource: &'p Resource,
    level: GrantLevel,
    form: Form,
    target: &'static str,
    view: View<'p>,
}

impl<'p> GrantReader<'p, '_> {
    /// A grant of one role, written in `view`: the resource itself, or a `binding` of a policy.
    fn grant(&self, view: View<'p>, uncertain: Option<Reasons>) -> Grant<'p> {
        let name = if self.form != Form::Member || view.get("members").is_some() { "members" } else { "member" };
        let (members, open_members) = match view.value(name) {
            Some(list) if name == "members" => match list.elements() {
                Some(elements) => (elements.iter().map(|e| e.clone().mark(list.marks)).collect(), None),
                None => (Vec::new(), Some(list)),
            },
            Some(one) => (vec![one], None),
            None => (Vec::new(), None),
        };
        let role = view.text("role").unwrap_or_else(|| Fact::Known(Text::from("")));
        let condition = view.block("condition").map(|c| condition_title(&c));
        let written = Written { view, target: self.target, role: "role", members: name };
        Grant { role, members, open_members, condition, ..self.empty(written, uncertain) }
    }

    /// A grant of nothing to nobody.
    fn empty(&self, written: Written<'p>, uncertain: Option<Reasons>) -> Grant<'p> {
        Grant {
            resource: self.resource,
            level: self.level,
            form: self.form,
            target: super::cluster::default_of(&self.view, self.target),
            role: Fact::Unknown(Reasons::default()),
            members: Vec::new(),
            open_members: None,
            condition: None,
            uncertain,
            written,
            target_path: OnceCell::new(),
            role_refs: OnceCell::new(),
            member_refs: OnceCell::new(),
            gives: OnceCell::new(),
        }
    }

    /// A grant in the JSON of a policy.
    fn in_policy(&self) -> Grant<'p> {
        let written = Written { view: self.view.clone(), target: self.target, role: POLICY, members: POLICY };
        self.empty(written, self.resource.uncertain.clone())
    }

    /// The grants of a policy: read from its JSON, or, where that is not known, from the data source's own blocks.
    fn policy(&self) -> Vec<Grant<'p>> {
        let Some(data) = self.view.value(POLICY) else { return Vec::new() };
        if let Some(json) = data.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            return self.bindings(&json, data.marks);
        }
        let refs = self.view.references(POLICY);
        let policies = self.types.all("google_iam_policy").filter(|r| r.mode == Mode::Data);
        let mut sources = policies.filter(|s| refs.iter().any(|r| r.is_to(s)));
        if let (Some(source), None) = (sources.next(), sources.next()) {
            let blocks = View::of(source).blocks("binding");
            let grant = |block: View<'p>| {
                let uncertain = self.uncertain(&block);
                self.grant(block, uncertain)
            };
            return blocks.into_iter().map(grant).collect();
        }
        let reasons = data.reasons().cloned().unwrap_or_default();
        let open = Some(Value::unknown(crate::cty::value::Type::Any, reasons.clone()));
        vec![Grant { role: Fact::Unknown(reasons), open_members: open, ..self.in_policy() }]
    }

    fn uncertain(&self, block: &View) -> Option<Reasons> {
        match (&self.resource.uncertain, &block.uncertain) {
            (Some(a), Some(b)) => Some(a.union(b)),
            (a, b) => a.clone().or(b.clone()),
        }
    }

    /// The grants in a policy's JSON, which has these marks.
    fn bindings(&self, policy: &serde_json::Value, marks: Marks) -> Vec<Grant<'p>> {
        let bindings = policy.get("bindings").and_then(|b| b.as_array()).cloned().unwrap_or_default();
        let one = |binding: &serde_json::Value| {
            let role = binding.get("role").and_then(|r| r.as_str()).unwrap_or_default();
            let members = binding.get("members").and_then(|m| m.as_array()).cloned().unwrap_or_default();
            let member = |m: &serde_json::Value| m.as_str().map(|text| Value::string(text).mark(marks));
            let condition = binding.get("condition").map(|c| {
                let text = |name: &str| c.get(name).and_then(|t| t.as_str()).map(str::to_string);
                Text::new(text("title").or_else(|| text("expression")).unwrap_or_default(), marks.is_hidden())
            });
            Grant {
                role: Fact::Known(Text::new(role, marks.is_hidden())),
                members: members.iter().filter_map(member).collect(),
                condition,
                ..self.in_policy()
            }
        };
        bindings.iter().map(one).collect()
    }
}

fn condition_title(condition: &View) -> Text {
    let known = |name: &str| condition.text(name).and_then(|t| t.known().cloned());
    known("title").or_else(|| known("expression")).unwrap_or_else(|| Text::from("a condition that is not known"))
}
