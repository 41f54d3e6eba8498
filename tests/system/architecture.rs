//! Which part may know which, as Cargo sees it.

use std::process::Command;

/// What a package is built from, at any depth or at most so deep.
fn dependencies(package: &str, depth: Option<&str>) -> Vec<String> {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| env!("CARGO").to_owned()));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    cargo.current_dir(root).args(["tree", "--package", package, "--edges", "normal", "--prefix", "none"]);
    cargo.args(["--offline", "--locked", "--no-dedupe"]);
    cargo.args(depth.into_iter().flat_map(|depth| ["--depth", depth]));
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<_> = tree.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(names.remove(0), package);
    names
}

fn knows(package: &str, other: &str) -> bool {
    dependencies(package, None).iter().any(|name| name == other)
}

#[test]
fn the_domain_is_built_from_nothing_but_itself() {
    assert_eq!(dependencies("covertrail-domain", None), Vec::<String>::new());
}

#[test]
fn adapters_and_projections_know_the_domain_and_not_each_other() {
    for (package, other) in
        [("covertrail-adapters", "covertrail-projections"), ("covertrail-projections", "covertrail-adapters")]
    {
        assert!(knows(package, "covertrail-domain"), "{package}");
        assert!(!knows(package, other), "{package} knows {other}");
    }
}

#[test]
fn nothing_but_the_program_is_made_of_both_adapters_and_projections() {
    let both = |package: &str| {
        let direct = dependencies(package, Some("1"));
        ["covertrail-adapters", "covertrail-projections"]
            .iter()
            .all(|part| direct.iter().any(|name| name == part))
    };
    let packages = ["covertrail-domain", "covertrail-adapters", "covertrail-projections", "covertrail-tests"];
    assert!(!packages.into_iter().any(both));
    assert!(both("covertrail"));
}

#[test]
fn nobody_below_knows_the_program() {
    for package in ["covertrail-domain", "covertrail-adapters", "covertrail-projections"] {
        assert!(!knows(package, "covertrail"), "{package}");
    }
}
