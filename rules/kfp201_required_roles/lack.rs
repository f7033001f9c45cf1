//! What an account lacks of the required roles.

use crate::cty::value::Deciders;
use crate::graph::access::Access;

/// What is lacking of the required roles.
pub struct Lack<'r> {
    /// Roles whose core permissions are surely lacking, with these.
    pub roles: Vec<(&'r str, Vec<&'static str>)>,
    /// Roles that a doubtful grant may give.
    pub open: Vec<&'r str>,
    /// Why those are in doubt.
    pub whys: Vec<String>,
    /// What would decide them.
    pub decides: Deciders,
}

/// Compares what is granted with what is required.
pub fn lack<'r>(access: &Access, required: &'r [String]) -> Lack<'r> {
    let mut lack = Lack { roles: Vec::new(), open: Vec::new(), whys: Vec::new(), decides: Deciders::default() };
    for role in required {
        let Some((missing, doubts)) = access.lacks(role) else { continue };
        if doubts.is_empty() {
            lack.roles.push((role, missing));
            continue;
        }
        lack.open.push(role);
        for doubt in doubts {
            if !lack.whys.contains(&doubt.why) {
                lack.whys.push(doubt.why.clone());
                lack.decides.extend([doubt.decides.clone()]);
            }
        }
    }
    lack
}
