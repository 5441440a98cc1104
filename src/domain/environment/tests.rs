use super::EnvironmentType::{self, Development, Production, Staging, Testing, Unmapped};

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

/// Names as companies give them to their environments.
#[test]
fn names_of_companies_are_guessed() {
    let cases: &[(EnvironmentType, &str)] = &[
        (
            Production,
            "prod production prd live PROD Production prod-eu-west-1 eu-prod-01 prod1 prd02 aws-prod gcp_prod k8s-prod prod.k8s \
             production-blue green-production blue-prod prod-green prod-canary canary-prod prod-a prod-b prod-primary \
             prod-standby prod-dr dr-prod live-eu us-live shop.live customer-prod prod-acme shop/production prod:eu \
             production(us-east) euProd ProdEU-West prod-edge prod_v2 legacy-prod old-prod new-prod",
        ),
        (
            Staging,
            "staging stage stg stage-eu staging2 preprod pre-prod pre_production PreProd prelive ppe preview prerelease \
             non-prod nonprod nprod half-prod halfprod partial-prod partial_production pseudo-prod quasi-prod fake-prod \
             faux-prod simulated-prod prod-sim prod-simulator emulated-prod mini-prod lite-prod prod-lite prod-ish prodish \
             half-live semi-prod near-prod almost-prod mock-prod mocked-prod cloned-prod prod-clone clone-from-prod \
             copied-from-prod mirrored-prod replicated-prod prod-replica prod-dryrun sub-prod subprod not-quite-prod \
             prod-twin dummy-live prototype-prod PROD_COPY like-live",
        ),
        (
            Testing,
            "test tst testing qa QA1 uat uat-eu sit int integration acc acceptance perf load-test loadtest stress soak-eu \
             smoke regression quality nft qa-prod prod-test e2e uat2",
        ),
        (
            Development,
            "dev development develop devel dev01 dev-eu sandbox sbx local trunk ada-dev",
        ),
        (
            Unmapped,
            "product products productivity alive delivery live2stream olive demo training pantheon half mini partial lite sub \
             prototype blue green canary eu-west-1 devops testimonials stages",
        ),
    ];
    for (expected, names) in cases {
        for name in names.split_whitespace() {
            assert_eq!(EnvironmentType::guess(name), *expected, "{name}");
        }
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
