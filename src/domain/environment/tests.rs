use super::EnvironmentType::{self, Development, Production, Staging, Testing, Unmapped};
use super::MappedType;

#[test]
fn types_are_guessed_from_whole_words() {
    let cases = [
        ("prod-east", Production),
        ("prod_east", Production),
        ("production(us-east)", Production),
        ("prd (eu-central)", Production),
        ("PROD-east", Production),
        ("prod-eu", Production),
        ("EU production", Production),
        ("euProd", Production),
        ("prod1", Production),
        ("live", Production),
        ("east-staging", Staging),
        ("Staging", Staging),
        ("stàging", Staging),
        ("preprod", Staging),
        ("pre-prod", Staging),
        ("prelive", Staging),
        ("pre-live", Staging),
        ("pre-2-prod", Staging),
        ("ppe2", Staging),
        ("prod-like", Staging),
        ("eu production-like", Staging),
        ("prodCopy", Staging),
        ("like-prod", Staging),
        ("prod-mirror", Staging),
        ("MirrorProd", Staging),
        ("pseudo-prod", Staging),
        ("shadow_prod eu", Staging),
        ("prod-eu-mirror", Staging),
        ("prod-mirrors", Staging),
        ("copy-of-prod", Staging),
        ("eu shadowprod 2", Staging),
        ("prodmirror", Staging),
        ("live-replica-1", Staging),
        ("near-live", Staging),
        ("as-live", Staging),
        ("as-prod", Production),
        ("fake production", Staging),
        ("pprod", Staging),
        ("pprd", Staging),
        ("p-prod", Production),
        ("nonprod", Staging),
        ("NonProd", Staging),
        ("non-prd", Staging),
        ("no-prod", Staging),
        ("not production", Staging),
        ("nonproduction", Staging),
        ("nprod", Staging),
        ("non-prod qa", Testing),
        ("prod-mirror dev", Development),
        ("prod-like prod", Staging),
        ("mirror", Unmapped),
        ("mirror-eu prod", Production),
        ("prod-dr", Production),
        ("prod-backup", Production),
        ("prod-blue", Production),
        ("p1-prod", Production),
        ("alive", Unmapped),
        ("olive", Unmapped),
        ("acc", Testing),
        ("shop-acc-eu", Testing),
        ("perf", Testing),
        ("Performance 1", Testing),
        ("account", Unmapped),
        ("perfect", Unmapped),
        ("ppes", Unmapped),
        ("unlike", Unmapped),
        ("PreProd", Staging),
        ("eu pre production", Staging),
        ("qa:1", Testing),
        ("QA2", Testing),
        ("uat", Testing),
        ("e2e", Testing),
        ("mary-dev:1", Development),
        ("スパイク・スピーゲル-dev:1", Development),
        ("trunk alpha", Development),
        ("non-prod", Staging),
        ("banana-east", Unmapped),
        ("internet", Unmapped),
        ("product", Unmapped),
        ("product-dev", Development),
        ("latest", Unmapped),
        ("developer", Unmapped),
        ("delivery", Unmapped),
        ("製造", Unmapped),
        ("", Unmapped),
    ];
    for (name, expected) in cases {
        assert_eq!(EnvironmentType::guess(name), expected, "{name}");
    }
}

#[test]
fn given_types_are_taken_as_meant() {
    let cases = [
        ("production", Some(Production)),
        ("Production", Some(Production)),
        ("unmapped", Some(Unmapped)),
        ("QA", Some(Testing)),
        ("banana", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<EnvironmentType>().ok(), expected, "{text}");
    }
}

#[test]
fn flags_know_four_types() {
    assert_eq!(MappedType::new(Unmapped), None);
    let staging = MappedType::new(Staging).unwrap();
    assert_eq!(serde_json::to_value(staging).unwrap(), "staging");
    assert!(!staging.is_production() && MappedType::new(Production).unwrap().is_production());
}
