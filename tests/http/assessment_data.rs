//! Published scores as they are, attached to an assessment. The lists are not part of the repository: where they are
//! absent, these tests say so and pass.

use std::path::PathBuf;

use export_license_registry::rules::values::Score;
use serde_json::{Value, json};

use crate::support::registry::{Registry, id};

/// The rows of a list by the names of its columns; none where the list is not here.
fn rows(file: &str, delimiter: u8) -> Option<Vec<csv::StringRecord>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/assessments").join(file);
    let Ok(list) = std::fs::File::open(path) else {
        eprintln!("skipped: {file} is not here");
        return None;
    };
    // The names of the columns are the first row.
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(list);
    Some(reader.records().map(|row| row.expect("a row")).collect())
}

/// The value in the column of this name.
fn cell<'r>(rows: &[csv::StringRecord], row: &'r csv::StringRecord, column: &str) -> &'r str {
    let at = rows[0].iter().position(|name| name == column).expect(column);
    &row[at]
}

fn score(source: &str, indicator: &str, year: i64, value: &str, scale: &str) -> Value {
    json!({
        "source": source, "indicator": indicator, "year": year, "value": value, "scale": scale,
        "citation": format!("{source}, {year}"),
    })
}

/// Of one country: Freedom House year by year, the World Bank's governance score, and the BICC's on the eight criteria.
fn scores_of(name: &str, alpha3: &str) -> Option<Vec<Value>> {
    let freedom = rows("freedom-house-1995-2020.csv", b',')?;
    let bank = rows("world-bank-governance-2022.csv", b',')?;
    let criteria = rows("bicc-eu-criteria-2013.csv", b';')?;
    let mut scores = Vec::new();
    for row in freedom.iter().filter(|row| cell(&freedom, row, "iso3_code") == alpha3) {
        let year = cell(&freedom, row, "year").parse().expect("a year");
        for (column, scale) in [
            ("total", "0 to 100, more is freer"),
            ("pr_rating", "1 to 7, less is freer"),
            ("add_q", "0 to 4"),
        ] {
            let value = cell(&freedom, row, column);
            // What was not scored is left out, not taken for zero.
            if !matches!(value, "N/A" | "NA" | "-" | "") {
                scores.push(score("Freedom House", column, year, value, scale));
            }
        }
    }
    let row = bank.iter().find(|row| &row[0] == name)?;
    scores.push(score("World Bank", "governance", 2022, &row[1], "0 to 1, more is better"));
    let row = criteria.iter().find(|row| cell(&criteria, row, "iso3_code") == alpha3)?;
    for criterion in 1..=8 {
        let value = cell(&criteria, row, &criterion.to_string());
        scores.push(score("BICC", &format!("criterion {criterion}"), 2013, value, "0 to 3, more is worse"));
    }
    Some(scores)
}

#[tokio::test]
async fn the_published_scores_of_a_country_are_attached_as_they_are() {
    let Some(scores) = scores_of("United Arab Emirates", "ARE") else { return };
    assert!(scores.len() > 40, "{}", scores.len());
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let new = json!({
        "country": "AE", "summary": "Scores of others.", "conclusions": "None yet.", "reviewOn": registry.day(180),
        "validUntil": registry.day(365),
        "considerations": [{ "consideration": "human_rights", "level": "medium", "text": "Not free." }],
    });
    let path = format!("/v1/assessments/{}/scores", id(&officer.post("/v1/assessments", &new).await.ok()));
    officer.post(&path, &json!({ "scores": scores })).await.ok();
    let found = officer.all(&path).await;
    assert_eq!(found.len(), scores.len());
    for (attached, sent) in found.iter().zip(&scores) {
        for member in ["source", "indicator", "year", "value", "scale", "citation"] {
            assert_eq!(attached[member], sent[member], "{sent}");
        }
    }
    let of = |source: &str, indicator: &str, year: i64| {
        found
            .iter()
            .find(|score| {
                score["source"] == source && score["indicator"] == indicator && score["year"] == year
            })
            .map(|score| score["value"].clone())
    };
    assert_eq!(of("Freedom House", "total", 2021), Some(json!("17")));
    assert_eq!(of("Freedom House", "add_a", 2021), None, "not scored that year");
    assert_eq!(of("BICC", "criterion 2", 2013), Some(json!("3")));
}

/// Every value of the lists is a score as it stands, or says that there is none.
#[test]
fn every_published_value_is_a_score_or_none() {
    let lists = [
        (
            "freedom-house-1995-2020.csv",
            b',',
            &["total", "pr_rating", "cl_rating", "a", "g", "add_q", "add_a"][..],
        ),
        ("world-bank-governance-2022.csv", b',', &["2022"][..]),
        ("bicc-eu-criteria-2013.csv", b';', &["1", "2", "3", "4", "5", "6", "7", "8"][..]),
    ];
    for (file, delimiter, columns) in lists {
        let Some(rows) = rows(file, delimiter) else { continue };
        let (mut taken, mut strange) = (0, Vec::new());
        for row in rows.iter().skip(1) {
            for column in columns {
                let value = cell(&rows, row, column);
                match value.parse::<Score>() {
                    Ok(score) => {
                        assert_eq!(score.to_string().parse::<f64>().ok(), value.parse().ok(), "{file}");
                        taken += 1;
                    }
                    Err(_) if matches!(value, "N/A" | "NA" | "-" | "") => {}
                    Err(_) => strange.push(value.to_owned()),
                }
            }
        }
        assert!(strange.is_empty(), "{file}: {strange:?}");
        assert!(taken >= rows.len() - 1, "{file}: {taken}");
    }
}
