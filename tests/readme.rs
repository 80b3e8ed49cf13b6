//! The README: every command in it is run, in its order, against a service of its own.

#![expect(clippy::expect_used, reason = "a test that cannot read the README fails")]

#[path = "support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use support::database::TestDatabase;
use support::service::Service;

/// Commands that this test does not run: the two of "Two commands" are run by `.ci/run` and by whoever runs this test,
/// the containers need an engine.
const NOT_RUN: &[&str] = &[
    "cargo run --release",
    "cargo test",
    "POSTGRES_PASSWORD=choose docker compose up --build",
    "docker compose logs registry",
];

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md")
}

/// The blocks of one language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    text.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_walk_through_works_as_pasted() {
    let database = TestDatabase::create().await;
    let service = Service::start(&database.url());
    // The second service ends with the shell, also where a command fails.
    let script =
        format!("trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{}", blocks(&readme(), "sh").join("\n"));
    let output = Command::new("bash")
        .args(["-eu", "-o", "pipefail", "-c", &script])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("ADMIN", service.first_token())
        .env("API", service.url())
        .env("REGISTRY", env!("CARGO_BIN_EXE_export-license-registry"))
        .output()
        .expect("bash");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{shown}\n{errors}");
    let problems: Vec<_> = shown.lines().filter(|line| line.contains("\"type\":\"/docs/problems#")).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    for expected in [
        "\"rowsRead\":",
        "\"year\":",
        "\"kind\":\"measure_execution\"",
        "\"kind\":\"revocation.intend\"",
        "\"kind\":\"measure_release\"",
        "\nlift_measure\n",
        "\nrevocations_by_ground,marketing,,human_rights,1\n",
        "\nlicenses_reinstated_under_override,export,,,1\n",
    ] {
        assert!(shown.contains(expected), "{expected} is not in\n{shown}");
    }
    // What the public was told: of the license of the first walk-through, then of the one that a measure froze.
    let told: Vec<String> = shown
        .lines()
        .filter(|line| line.contains("\"frozenLines\":"))
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .map(|answer| answer["status"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(told, ["active", "frozen", "revoked", "revoked", "frozen", "active"]);
    // How many licenses the measure held, before it was lifted and after.
    let held: Vec<u32> = shown.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert!(matches!(held[..], [.., before, 0] if before > 0), "{held:?}");
}

#[tokio::test]
async fn the_commands_beside_a_service_work() {
    let commands: Vec<String> =
        blocks(&readme(), "console").iter().flat_map(|block| block.lines()).map(ToOwned::to_owned).collect();
    let (ours, others): (Vec<_>, Vec<_>) =
        commands.into_iter().partition(|command| command.starts_with("export-license-registry "));
    assert_eq!(others, NOT_RUN, "a command of the README is run by no test");
    for command in ours {
        let database = TestDatabase::create().await;
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/imports/nl-military.csv");
        let mut arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
        let scratch = std::env::temp_dir().join(format!("readme-{}.rejects.csv", std::process::id()));
        let scratch = scratch.to_str().expect("a path in UTF-8");
        match arguments.first() {
            // The whole year is the subject of tests/sample_year.rs.
            Some(&"sample-year") => arguments = vec!["sample-year", "--scale", "0.01"],
            Some(&"import") => {
                for argument in &mut arguments {
                    if *argument == "LIST.csv" {
                        *argument = fixture;
                    }
                }
                arguments.extend(["--rejects", scratch]);
            }
            _ => {}
        }
        let output = Command::new(env!("CARGO_BIN_EXE_export-license-registry"))
            .args(&arguments)
            .env("DATABASE_URL", database.url())
            .output()
            .expect("the binary");
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        let _ = std::fs::remove_file(scratch);
    }
}

#[test]
fn every_setting_stands_in_the_help_and_in_the_readme() {
    let help =
        Command::new(env!("CARGO_BIN_EXE_export-license-registry")).arg("--help").output().expect("--help");
    // Long lines are wrapped anywhere.
    let help = String::from_utf8_lossy(&help.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = readme();
    let settings: Vec<&str> = help
        .match_indices("[env: ")
        .filter_map(|(at, opening)| help.get(at + opening.len()..))
        .filter_map(|rest| rest.split(['=', ']']).next())
        .collect();
    assert!(settings.len() >= 13, "{help}");
    for setting in settings {
        assert!(readme.contains(&format!("`{setting}`")), "{setting} is not in the README");
    }
}
