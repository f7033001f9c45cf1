//! `[profile.NAME]`: requirements of a team's own, on top of others.

use super::error::{Checked, Fault};
use super::file::{ProfileTable as Written, Profiles, SpannedText, Used};
use crate::base::suggest::suggest;
use crate::catalog::{iam, scope, services};
use crate::profile::Profile;
use std::ops::Range;
use toml::{Spanned, Value};

/// The profile that is used: the one that `use` names, else the only one that is written, else `kfp`.
pub fn choose(written: Option<&Spanned<Profiles>>) -> Checked<Profile> {
    let Some(profiles) = written else { return Ok(Profile::default()) };
    let all = profiles.get_ref();
    // All of them are held to what kfplint knows, used or not.
    let built = all.all.keys().map(|name| build(name, all, &mut Vec::new())).collect::<Checked<Vec<_>>>()?;
    let (name, place) = match &all.used {
        Some(Used::Whole(name)) => (name, profiles.span()),
        Some(Used::Key(name)) => (name.get_ref(), name.span()),
        None => match built.as_slice() {
            [only] => return Ok(only.clone()),
            _ => {
                let fault = Fault::at(profiles.span(), "there are several profiles, and none is chosen");
                return Err(fault.help("write `use = \"NAME\"` under [profile]"));
            }
        },
    };
    find(name, place, all, &mut Vec::new())
}

fn find(name: &str, place: Range<usize>, all: &Profiles, around: &mut Vec<String>) -> Checked<Profile> {
    if all.all.contains_key(name) {
        return build(name, all, around);
    }
    let kfp = Profile::default();
    if name == kfp.name {
        return Ok(kfp);
    }
    let known = all.all.keys().map(String::as_str).chain([kfp.name.as_str()]);
    Err(Fault::unknown("profile", name, known, place))
}

fn build(name: &str, all: &Profiles, around: &mut Vec<String>) -> Checked<Profile> {
    let Some((key, written)) = all.all.get(name) else { return Ok(Profile::default()) };
    if name == Profile::default().name {
        let fault = Fault::at(key.span(), format!("`{name}` is the profile that kfplint brings along"));
        return Err(fault.help("give yours another name, and write `extends = \"kfp\"` in it"));
    }
    if around.iter().any(|n| n == name) {
        return Err(Fault::at(
            key.span(),
            format!("the profile `{name}` extends itself, by way of {}", around.join(", ")),
        ));
    }
    around.push(name.to_string());
    let base = match &written.extends {
        Some(base) => find(base.get_ref(), base.span(), all, around)?,
        None => Profile::default(),
    };
    around.pop();
    Ok(Profile { name: name.to_string(), ..merge(written, base)? })
}

fn merge(written: &Written, base: Profile) -> Checked<Profile> {
    let list =
        |texts: &Option<Vec<SpannedText>>, base: Vec<String>, read: fn(&SpannedText) -> Checked<String>| match texts {
            Some(texts) => texts.iter().map(read).collect(),
            None => Ok(base),
        };
    let name = |text: &Option<SpannedText>, base: String| text.as_ref().map_or(Ok(base), kubernetes_name);
    Ok(Profile {
        name: base.name,
        nodes: written.nodes.as_ref().map_or(Ok(base.nodes), |n| at_least_one(n).copied())?,
        vcpus: written.vcpus.as_ref().map_or(Ok(base.vcpus), |n| at_least_one(n).copied())?,
        memory_mib: written.memory.as_ref().map_or(Ok(base.memory_mib), memory)?,
        roles: list(&written.roles, base.roles, role)?,
        scopes: list(&written.scopes, base.scopes, oauth_scope)?,
        apis: list(&written.apis, base.apis, api)?,
        namespace: name(&written.namespace, base.namespace)?,
        secret_name: name(&written.secret_name, base.secret_name)?,
    })
}

fn at_least_one<T: PartialEq + From<u8>>(number: &Spanned<T>) -> Checked<&T> {
    match *number.get_ref() == T::from(0) {
        true => Err(Fault::at(number.span(), "it must be 1 at least")),
        false => Ok(number.get_ref()),
    }
}

/// MiB as a number, or text with a unit. `GB` means GiB, as in Google's machine types.
fn memory(value: &Spanned<Value>) -> Checked<u64> {
    let read = match value.get_ref() {
        Value::Integer(mib) => u64::try_from(*mib).ok(),
        Value::String(text) => {
            let text = text.trim();
            let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
            let unit = match text.get(digits.len()..).unwrap_or("").trim() {
                "MB" | "MiB" | "Mi" => Some(1),
                "GB" | "GiB" | "Gi" => Some(1024),
                _ => None,
            };
            unit.and_then(|unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit))
        }
        _ => None,
    };
    read.filter(|mib| *mib > 0).ok_or_else(|| {
        Fault::at(value.span(), "this is not an amount of memory")
            .help("write MiB as a number, or text such as \"4GB\" or \"4096MiB\"")
    })
}

fn role(text: &SpannedText) -> Checked<String> {
    let name = text.get_ref();
    let custom = ["projects/", "organizations/"].iter().any(|p| name.starts_with(p)) && name.contains("/roles/");
    if custom || iam::role(name).is_some() {
        return Ok(name.clone());
    }
    let fault = Fault::at(text.span(), format!("there is no predefined role `{name}`"));
    Err(match suggest(name, iam::role_names()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("predefined roles begin with roles/, custom ones with projects/ or organizations/"),
    })
}

fn oauth_scope(text: &SpannedText) -> Checked<String> {
    let given = text.get_ref();
    match scope::exists(given) {
        true => Ok(scope::canonical(given).to_string()),
        false => Err(Fault::unknown("OAuth scope", given, scope::aliases().chain(scope::urls()), text.span())),
    }
}

fn api(text: &SpannedText) -> Checked<String> {
    let name = text.get_ref();
    let host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_api = name.strip_suffix(".googleapis.com").is_some_and(|n| !n.is_empty() && n.chars().all(host));
    match is_api {
        true => Ok(name.clone()),
        false => {
            let fault = Fault::at(text.span(), format!("`{name}` is not the name of an API"));
            let near = suggest(name, services::services().map(|s| s.name));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            Err(fault.help(help.unwrap_or_else(|| "write it as container.googleapis.com".into())))
        }
    }
}

/// A name that Kubernetes allows for namespaces and secrets.
fn kubernetes_name(text: &SpannedText) -> Checked<String> {
    let name = text.get_ref();
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let ends = name.starts_with(|c: char| c != '-' && c != '.') && name.ends_with(|c: char| c != '-' && c != '.');
    match ends && name.len() <= 253 && name.chars().all(allowed) {
        true => Ok(name.clone()),
        false => {
            let fault = Fault::at(text.span(), format!("`{name}` is not a name that Kubernetes allows"));
            Err(fault
                .help("it may have lower-case letters, digits and hyphens, and begins and ends with a letter or digit"))
        }
    }
}
