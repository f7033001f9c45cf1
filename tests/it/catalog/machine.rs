use super::facts::csv;
use kfplint::base::suggest::suggest;
use kfplint::catalog::location::{self, LocationStanding};
use kfplint::catalog::machine::{self, Arch, CustomError, MachineStatus, custom, machine_type, offered_in};

#[test]
fn every_type_is_as_listed() {
    let source = csv("machine_types.csv");
    assert_eq!(source.len(), 696);
    assert_eq!(machine::all().count(), 696);
    for row in &source {
        let machine = machine_type(&row["name"]).unwrap();
        assert_eq!(machine.name, row["name"]);
        assert_eq!(machine.series, row["series"]);
        assert_eq!(machine.vcpus.to_string(), row["vcpus"]);
        assert_eq!(machine.memory_mib.to_string(), row["memory_mib"]);
        assert_eq!(machine.arch == Arch::Arm64, row["arch"] == "arm64");
        assert_eq!(machine.shared_core.to_string(), row["shared_core"]);
        assert_eq!(f64::from(machine.sustained_mcpu), row["sustained_vcpus"].parse::<f64>().unwrap() * 1000.0);
        assert_eq!(machine.accelerator.unwrap_or_default(), row["accelerator"]);
        assert_eq!(machine.has_accelerator(), machine.accelerator_count > 0, "{}", row["name"]);
        assert!(machine::series(machine.series).is_some(), "{}", row["name"]);
        let certain =
            matches!(machine.status, MachineStatus::Listed | MachineStatus::Deprecated | MachineStatus::Obsolete);
        assert_eq!(certain.to_string(), row["in_gce_listing"]);
    }
}

#[test]
fn known_types_have_known_sizes() {
    let medium = machine_type("e2-medium").unwrap();
    assert_eq!((medium.vcpus, medium.memory_mib, medium.sustained_mcpu), (2, 4096, 1000));
    assert!(medium.shared_core);
    assert_eq!(machine_type("n1-standard-2").map(|m| (m.vcpus, m.memory_mib)), Some((2, 7680)));
    assert_eq!(machine_type("t2a-standard-4").map(|m| m.arch), Some(Arch::Arm64));
    assert_eq!(machine_type("e4-medium").map(|m| m.status), Some(MachineStatus::GkeCodeOnly));
    assert_eq!(machine_type("n1-standard-3"), None);
    assert_eq!(suggest("e2-standrad-4", machine::names()), Some("e2-standard-4"));
    let n4: Vec<_> = machine::series("n4").unwrap().boot_disk_types().collect();
    assert_eq!(n4, ["hyperdisk-balanced"]);
}

#[test]
fn custom_types_keep_to_their_limits() {
    let size = |name: &str| custom(name).unwrap().map(|m| (m.series, m.vcpus, m.memory_mib));
    assert_eq!(size("custom-4-8192"), Ok(("n1", 4, 8192)));
    assert_eq!(size("n2-custom-6-20480"), Ok(("n2", 6, 20480)));
    assert_eq!(size("e2-custom-medium-5120"), Ok(("e2", 2, 5120)));
    assert_eq!(size("n4-custom-8-20480"), Ok(("n4", 8, 20480)));
    let nearest = CustomError::Vcpus { vcpus: 34, below: Some(32), above: Some(36) };
    assert_eq!(size("n2-custom-34-65536"), Err(nearest));
    let most = CustomError::TooMuchMemory { memory_mib: 20480, most_mib: 16384, ext_allows: false };
    assert_eq!(size("e2-custom-2-20480"), Err(most));
    assert!(matches!(size("custom-3-8192"), Err(CustomError::Vcpus { .. })));
    assert!(matches!(size("n2d-custom-6-24576"), Err(CustomError::Vcpus { .. })));
    assert_eq!(size("custom-4-8000"), Err(CustomError::NotMultipleOf256(8000)));
}

#[test]
fn custom_types_that_are_none() {
    assert_eq!(custom("e2-standard-4"), None);
    assert_eq!(custom("n2-custom"), Some(Err(CustomError::Malformed)));
    assert_eq!(custom("n2-custom-2-4096-huge"), Some(Err(CustomError::Malformed)));
    assert_eq!(custom("n2-custom--4096"), Some(Err(CustomError::Malformed)));
    assert_eq!(custom("n2-custom-99999999999-4096"), Some(Err(CustomError::Malformed)));
    assert_eq!(custom("c3-custom-4-8192"), Some(Err(CustomError::NoSuchSeries("c3".into()))));
    assert_eq!(custom("e2-custom-2-4096-ext"), Some(Err(CustomError::NoExtendedMemory("e2"))));
    assert_eq!(custom("n2-custom-2-65536-ext").unwrap().map(|m| m.memory_mib), Ok(65536));
    assert_eq!(machine_type("custom-3-8192"), None);
    let huge = custom("g2-custom-4-18446744073709551360");
    assert!(matches!(huge, Some(Err(CustomError::TooMuchMemory { ext_allows: false, .. }))));
    assert_eq!(machine_type("g2-custom-16-55296").map(|m| m.status), Some(MachineStatus::CustomUnverified));
}

#[test]
fn regions_offer_what_the_listing_says() {
    let order: Vec<_> = location::regions().map(|r| r.name).collect();
    for row in csv("machine_type_regions.csv") {
        assert_eq!(row["offered"].len(), order.len());
        for (region, digit) in order.iter().zip(row["offered"].chars()) {
            assert_eq!(offered_in(&row["name"], region), Some(digit == '1'));
        }
    }
    assert_eq!(offered_in("e2-standard-2", "us-central1"), Some(true));
    assert_eq!(offered_in("e2-standard-2", "asia-southeast3"), Some(false));
    assert_eq!(offered_in("e2-custom-2-4096", "asia-southeast3"), Some(false));
    assert_eq!(offered_in("e2-standard-2", "moon-north1"), None);
    assert_eq!(offered_in("e4-medium", "us-central1"), None);
    assert!(machine::regions_offering("t2a-standard-4").any(|r| r == "us-central1"));
}

#[test]
fn names_of_places_are_known_near_or_newer() {
    for known in ["us-east1", "us-east1-b", "us-central2", "us-central2-d", "us-south1-ai1b"] {
        assert_eq!(location::standing(known), LocationStanding::Known, "{known}");
    }
    for (name, near) in [
        ("us-east1-a", "us-east1-b"),
        ("us-central1-z", "us-central1-f"),
        ("us-central2-f", "us-central2-d"),
        ("europe-west-1b", "europe-west1-b"),
        ("us central1", "us-central1"),
        ("us-centrall1", "us-central1"),
        ("US-EAST4", "us-east4"),
    ] {
        assert_eq!(location::standing(name), LocationStanding::Near(near), "{name}");
    }
    for newer in ["mars-north1", "us-east9", "us-east9-a", "us-east4-ai1a", "europa-nord1", ""] {
        assert_eq!(location::standing(newer), LocationStanding::Newer, "{newer}");
    }
    for malformed in ["here", "-a", "europe", "us_north_1"] {
        assert_eq!(location::standing(malformed), LocationStanding::Malformed, "{malformed}");
    }
}

#[test]
fn places_are_recognised() {
    assert_eq!(location::zones().len(), 137);
    assert_eq!(location::regions().len(), 43);
    for zone in location::zones() {
        let region = location::region_of(zone).unwrap();
        assert!(location::is_known_region(region), "{zone}");
        assert!(location::known_zone(zone) && location::is_zone(zone) && !location::is_region(zone), "{zone}");
    }
    for region in location::regions() {
        assert!(location::is_region(region.name) && !location::is_zone(region.name));
        assert!(region.zones().all(location::known_zone));
        assert_eq!(location::default_zones(region.name), 3, "{}", region.name);
    }
    assert_eq!(location::region_of("us-central1-ai1a"), Some("us-central1"));
    assert!(location::is_known_region("us-central2") && location::region("us-central2").is_none());
    assert!(location::is_zone("moon-north7-b") && location::is_region("moon-north7"));
    assert!(!location::is_region("us-central") && !location::is_region("US-central1") && !location::is_zone("a-b"));
}
