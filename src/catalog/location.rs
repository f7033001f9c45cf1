//! Regions and zones.
//!
//! Source: `gcloud compute regions list` of 2026-01-09, agreeing with a second crawl of January 2026. Newer ones are
//! recognised by form.

use super::table::{Table, table};

static REGIONS: Table = table!("regions", 3);
static ZONES: Table = table!("zones", 3);

/// Zones that GKE spreads the nodes of a regional cluster over when the configuration names none: three, also where the
/// region has four (Google's documentation).
pub const DEFAULT_ZONES: u32 = 3;

/// The day of the list of regions and zones.
pub const DATE: &str = "2026-01-09";

/// What the facts say of a location's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocationStanding {
    /// There is such a region or zone.
    Known,
    /// There is none, and this one was most likely meant.
    Near(&'static str),
    /// The facts do not have it: it may be newer.
    Newer,
    /// It has not the form of a region or a zone, and is near to none.
    Malformed,
}

/// A region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its name, such as `us-central1`.
    pub name: &'static str,
    /// Where it is, such as `Iowa`.
    pub place: &'static str,
    zones: &'static str,
}

impl Region {
    /// Its public zones that are not for AI machines only.
    pub fn zones(&self) -> impl Iterator<Item = &'static str> {
        self.zones.split_whitespace()
    }
}

/// All known regions, sorted by name.
pub fn regions() -> impl ExactSizeIterator<Item = Region> {
    REGIONS.rows().map(|row| Region { name: row.text(0), place: row.text(1), zones: row.text(2) })
}

/// The region of this name, if it is known.
pub fn region(name: &str) -> Option<Region> {
    REGIONS.find(name).map(|row| Region { name: row.text(0), place: row.text(1), zones: row.text(2) })
}

/// A region's place among all, which is its place in the tables of what regions offer.
pub(super) fn region_index(name: &str) -> Option<usize> {
    super::table::search(REGIONS.len(), name, |row| REGIONS.cell(row, 0))
}

/// All known zones, sorted by name.
pub fn zones() -> impl ExactSizeIterator<Item = &'static str> {
    ZONES.rows().map(|row| row.text(0))
}

/// Whether this zone is known.
pub fn known_zone(name: &str) -> bool {
    ZONES.find(name).is_some()
}

/// Whether this region is known, those included that the public list does not have.
pub fn is_known_region(name: &str) -> bool {
    region(name).is_some() || zones_of(name).next().is_some()
}

/// The known zones of a region, sorted by name.
pub fn zones_of(region_name: &str) -> impl Iterator<Item = &'static str> {
    ZONES.rows().filter(move |row| row.text(1) == region_name).map(|row| row.text(0))
}

/// Whether there is such a region or zone. In a region that is known, a zone of one letter that it does not have is a mistake;
/// elsewhere only what one or two letters differ from a name.
pub fn standing(name: &str) -> LocationStanding {
    if is_known_region(name) || known_zone(name) {
        return LocationStanding::Known;
    }
    let own_region = region_of(name).filter(|region_name| is_known_region(region_name));
    let letter = |zone: &str| zone.rsplit_once('-').and_then(|(_, letter)| letter.parse::<char>().ok());
    if let (Some(own), Some(wanted)) = (own_region, letter(name)) {
        let distance = |zone: &&str| letter(zone).map(|c| u32::from(c).abs_diff(u32::from(wanted)));
        let near = zones_of(own).filter(|zone| letter(zone).is_some()).min_by_key(distance);
        return near.map_or(LocationStanding::Newer, LocationStanding::Near);
    }
    let near = crate::base::suggest::within_two(name, regions().map(|r| r.name).chain(zones()));
    let has_form = name.is_empty()
        || name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.contains('-')
            && name.contains(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match near {
        Some(near) => LocationStanding::Near(near),
        None if has_form => LocationStanding::Newer,
        None => LocationStanding::Malformed,
    }
}

/// The region or zone that a name means: itself, or the one that was most likely meant.
pub fn meant(name: &str) -> &str {
    match standing(name) {
        LocationStanding::Near(near) => near,
        _ => name,
    }
}

/// How many zones GKE takes by default in a region: three. A region that is not known is taken to have three.
pub fn default_zones(region_name: &str) -> u32 {
    let zones = region(region_name).map_or(DEFAULT_ZONES as usize, |r| r.zones().count());
    DEFAULT_ZONES.min(u32::try_from(zones).unwrap_or(DEFAULT_ZONES))
}

/// Whether the text has a region's form (`[a-z]+-[a-z]+[0-9]+`), known or not.
pub fn is_region(text: &str) -> bool {
    let letters = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase());
    text.split_once('-').is_some_and(|(area, rest)| {
        let name = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        letters(area) && letters(name) && name.len() < rest.len()
    })
}

/// Whether the text has a zone's form, known or not.
pub fn is_zone(text: &str) -> bool {
    region_of(text).is_some()
}

/// The region of a zone (`us-central1` of `us-central1-a` and of `us-central1-ai1a`), known or not; `None` if the text
/// does not have a zone's form.
pub fn region_of(zone: &str) -> Option<&str> {
    let (region, letter) = zone.rsplit_once('-')?;
    let plain = !letter.is_empty() && letter.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (plain && is_region(region)).then_some(region)
}
