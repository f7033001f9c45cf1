//! What is above a project: folders and the organisation.

use super::Graph;
use super::fact::Fact;
use super::grant::GrantLevel;
use super::identity::{same, same_by_cause};
use super::view::View;
use crate::catalog::gke::last_part;
use crate::cty::value::{ReasonKind, Reasons, Value};
use crate::plan::{Mode, Resource};

/// How deep folders may be below an organisation (Resource Manager: limits), and some more.
const DEPTH: usize = 16;

/// Whether a project is named by its number: no id is one.
fn is_number(project: &Value) -> bool {
    let number = project.as_str().map(last_part).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

/// What a project or folder is directly in.
#[derive(Clone, Debug)]
enum Parent {
    Folder(Value),
    Organization(Value),
}

impl Parent {
    /// Of a `google_project`.
    fn of_project(project: &View) -> Option<Parent> {
        let folder = project.value("folder_id").map(Parent::Folder);
        folder.or_else(|| project.value("org_id").map(Parent::Organization))
    }

    /// Of a `google_folder`: `folders/ID` or `organizations/ID`.
    fn of_folder(folder: &View) -> Option<Parent> {
        let parent = folder.value("parent")?;
        let reference = || folder.references("parent");
        let is_organization = match parent.as_str() {
            Some(text) => text.starts_with("organizations/"),
            None => reference().iter().any(|r| r.type_name == "google_organization"),
        };
        Some(if is_organization { Parent::Organization(parent) } else { Parent::Folder(parent) })
    }
}

impl<'p> Graph<'p> {
    /// The id of the project whose number or `id` a value is made of, where a resource or a data source of it alone decides it.
    pub fn numbered_project(&self, value: &Value) -> Option<Value> {
        let mut reasons = value.reasons()?.iter().map(|reason| &reason.kind);
        let (only, None) = (reasons.next()?, reasons.next()) else { return None };
        let (address, mode) = match only {
            ReasonKind::Computed(address, attribute) if matches!(&**attribute, "number" | "id") => {
                (address, Mode::Managed)
            }
            ReasonKind::DataSource(address) => (address, Mode::Data),
            _ => return None,
        };
        let project = self.types.all("google_project").find(|r| r.mode == mode && r.address == *address)?;
        Some(View::of(project).value("project_id").unwrap_or_else(|| project.provider.default_of("project")))
    }

    /// Whether two values name one project, by its id or its number: no reason where nothing says which number it has.
    pub fn is_same_project(&self, a: &Value, b: &Value) -> Fact<bool> {
        let answer = same_by_cause(a, b, last_part);
        if answer.is_true() {
            return answer;
        }
        let id = |value: &Value| self.numbered_project(value).unwrap_or_else(|| value.clone());
        let (a, b) = (id(a), id(b));
        match is_number(&a) != is_number(&b) && a.is_known() && b.is_known() {
            true => Fact::Unknown(Reasons::default()),
            false => same_by_cause(&a, &b, last_part),
        }
    }

    /// Whether a project is in a folder or an organisation, at any depth; `None` where nothing here says so.
    pub fn is_below(&self, project: &Value, level: GrantLevel, above: &Value) -> Option<bool> {
        let is_own = |r: &&'p Resource| {
            let id = View::of(r).value("project_id");
            id.is_some_and(|id| same_by_cause(&id, project, last_part).is_true())
        };
        let mut parent = Parent::of_project(&View::of(self.types.managed("google_project").find(is_own)?));
        for _ in 0..DEPTH {
            match parent? {
                Parent::Organization(_) if level == GrantLevel::Folder => return Some(false),
                Parent::Organization(own) => return is_same(&own, above),
                Parent::Folder(own) => {
                    if level == GrantLevel::Folder && is_same(&own, above)? {
                        return Some(true);
                    }
                    let folder = self.types.managed("google_folder").find(|r| is_folder(&own, r))?;
                    parent = Parent::of_folder(&View::of(folder));
                }
            }
        }
        None
    }
}

/// Whether two ids are of one folder or organisation; `None` where that is not known. What is made here has an id that only
/// apply knows, so that no id that is written is its.
fn is_same(a: &Value, b: &Value) -> Option<bool> {
    match (maker(a), maker(b)) {
        (Some(a), Some(b)) => Some(a == b),
        (Some(_), None) if b.is_known() => Some(false),
        (None, Some(_)) if a.is_known() => Some(false),
        _ => same(a, b, last_part).known().copied().or_else(|| same_by_cause(a, b, last_part).known().copied()),
    }
}

/// Whether an id is that of a folder's resource.
fn is_folder(id: &Value, folder: &Resource) -> bool {
    let known = |name: &str| View::of(folder).value(name).filter(Value::is_known);
    let own = known("folder_id").or_else(|| known("name"));
    own.is_some_and(|own| same(&own, id, last_part).is_true()) || maker(id) == Some(&folder.address)
}

/// The resource that alone computes an id.
fn maker(id: &Value) -> Option<&str> {
    let mut reasons = id.reasons()?.iter();
    match (&reasons.next()?.kind, reasons.next()) {
        (ReasonKind::Computed(address, _), None) => Some(address),
        _ => None,
    }
}
