//! The parts of a SARIF log that come once a result or more often, borrowed from the report; fields in the order in which they
//! are written.

use crate::report::model::JsonConfiguration;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Serialize)]
pub struct SarifLog<R> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [R; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifRun<'r, R> {
    pub tool: Value,
    pub column_kind: &'static str,
    pub invocations: Value,
    pub results: R,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<SarifProperties<'r>>,
}

#[derive(Serialize)]
pub struct SarifProperties<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<JsonConfiguration<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifResult<'r> {
    pub rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    pub level: &'static str,
    pub message: SarifText<'r>,
    pub locations: Vec<SarifLocation<'r>>,
    #[serde(rename = "relatedLocations", skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<SarifLocation<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_flows: Vec<SarifFlow<'r>>,
    #[serde(rename = "partialFingerprints")]
    pub fingerprints: SarifFingerprints<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<SarifFix<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<SarifSuppression<'r>>,
}

#[derive(Serialize)]
pub struct SarifText<'r> {
    pub text: Cow<'r, str>,
}

#[derive(Serialize)]
pub struct SarifLocation<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    #[serde(rename = "physicalLocation", skip_serializing_if = "Option::is_none")]
    pub physical: Option<SarifPhysical<'r>>,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Option::is_none")]
    pub logical: Option<[SarifLogical<'r>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<SarifText<'r>>,
}

#[derive(Serialize)]
pub struct SarifLogical<'r> {
    #[serde(rename = "fullyQualifiedName")]
    pub name: Cow<'r, str>,
    pub kind: &'static str,
}

#[derive(Serialize)]
pub struct SarifPhysical<'r> {
    #[serde(rename = "artifactLocation")]
    pub artifact: SarifArtifact<'r>,
    pub region: SarifRegion,
}

#[derive(Serialize)]
pub struct SarifArtifact<'r> {
    pub uri: Cow<'r, str>,
    #[serde(rename = "uriBaseId", skip_serializing_if = "Option::is_none")]
    pub base: Option<&'static str>,
}

impl<'r> SarifArtifact<'r> {
    /// What a URI names; one that is not absolute stands below the top of the repository. No relative one has a colon.
    pub fn of(uri: Cow<'r, str>) -> SarifArtifact<'r> {
        let base = (!uri.starts_with("file://")).then_some("%SRCROOT%");
        SarifArtifact { uri, base }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifRegion {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifFlow<'r> {
    pub thread_flows: [SarifSteps<'r>; 1],
}

#[derive(Serialize)]
pub struct SarifSteps<'r> {
    pub locations: Vec<SarifStep<'r>>,
}

#[derive(Serialize)]
pub struct SarifStep<'r> {
    pub location: SarifLocation<'r>,
}

#[derive(Serialize)]
pub struct SarifFingerprints<'r> {
    #[serde(rename = "kfplint/v1")]
    pub own: &'r str,
}

#[derive(Serialize)]
pub struct SarifFix<'r> {
    pub description: SarifText<'r>,
    #[serde(rename = "artifactChanges")]
    pub changes: Vec<SarifChange<'r>>,
}

#[derive(Serialize)]
pub struct SarifChange<'r> {
    #[serde(rename = "artifactLocation")]
    pub artifact: SarifArtifact<'r>,
    pub replacements: Vec<SarifReplacement<'r>>,
}

#[derive(Serialize)]
pub struct SarifReplacement<'r> {
    #[serde(rename = "deletedRegion")]
    pub deleted: SarifRegion,
    #[serde(rename = "insertedContent")]
    pub inserted: SarifText<'r>,
}

#[derive(Serialize)]
pub struct SarifSuppression<'r> {
    pub kind: &'static str,
    pub justification: &'r str,
    pub location: SarifLocation<'r>,
}
