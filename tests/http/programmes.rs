//! `/v1/programmes`, names of countries and files of groups: sourced facts, dated and shown.

use export_license_registry::act::Act;
use export_license_registry::db::Isolation;
use export_license_registry::http::Problem;
use export_license_registry::reference::{
    GroupsLoaded, NamesLoaded, load_groups, load_names, read_groups, read_names, read_programmes,
};
use export_license_registry::rules::programme::ProgrammeMeasure;
use export_license_registry::rules::values::Country;
use serde_json::json;

use super::reference::{parts, upload};
use crate::support::registry::{Registry, command_line, each};

const PROGRAMMES: &str = "key,title,issuer,countries,measures,from,until,url,summary
EU-LEBANON,Restrictive measures in view of the situation in Lebanon,Council of the EU,LB,asset_freeze;travel_ban,2021-07-30,,https://example.org/lb,Listings are possible.
UN-DPRK,Security Council sanctions on the DPRK,UN Security Council,KP,arms_embargo;export_controls,2006-10-14,,,
UN-TERROR,Resolution 1373,UN Security Council,,asset_freeze,,,,
OLD-LB,An earlier regime,Council of the EU,LB,arms_restrictions,2001-01-01,2005-12-31,,
";

#[tokio::test]
async fn programmes_are_listed_and_shown_on_their_countries() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let shown = parts(&[("subject", "programmes"), ("list", "world-programmes")]);
    let taken = upload(&officer, &shown, PROGRAMMES).await.ok();
    assert_eq!(taken["added"], json!(["EU-LEBANON", "OLD-LB", "UN-DPRK", "UN-TERROR"]));
    let keys = async |query: &str| {
        let items = officer.all(&format!("/v1/programmes?{query}")).await;
        each(&items, "key").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(keys("").await, ["EU-LEBANON", "UN-DPRK", "UN-TERROR"], "those that last");
    assert_eq!(keys("country=LB").await, ["EU-LEBANON"]);
    assert_eq!(keys("country=LB&asOf=2005-06-01").await, ["OLD-LB"]);
    assert_eq!(keys("measure=arms_embargo").await, ["UN-DPRK"]);
    assert_eq!(keys("issuer=UN%20Security%20Council&list=world-programmes").await.len(), 2);
    let view = officer.get("/v1/countries/LB").await.ok();
    let found = &view["programmes"][0];
    assert_eq!(
        (&found["key"], &found["measures"]),
        (&json!("EU-LEBANON"), &json!(["asset_freeze", "travel_ban"]))
    );
    assert_eq!((&found["source"], &found["asOf"]), (&json!("Gazette 12/2026"), &json!("2026-05-01")));
    assert_eq!(officer.get("/v1/countries/DE").await.ok()["programmes"], json!([]));
    // An edition that no longer has one ends it, with reasons where it is much.
    let fewer: String =
        PROGRAMMES.lines().filter(|line| !line.starts_with("EU-")).map(|line| format!("{line}\n")).collect();
    let fewer = fewer.replace("Resolution 1373", "Resolution 1373 (2001)");
    let from = registry.day(0);
    let next = [shown, vec![("validFrom", from.as_str())]].concat();
    let taken = upload(&officer, &next, &fewer).await.ok();
    assert_eq!((&taken["changed"], &taken["ended"]), (&json!(["UN-TERROR"]), &json!(["EU-LEBANON"])));
    assert_eq!(officer.get("/v1/countries/LB").await.ok()["programmes"], json!([]));
    assert_eq!(keys(&format!("country=LB&asOf={}", registry.day(-1))).await, ["EU-LEBANON"]);
}

#[tokio::test]
async fn a_wrong_programme_is_refused_with_its_place() {
    let registry = Registry::open().await;
    let officer = registry.officer().await;
    let head = "key,title,issuer,countries,measures,from,until,url\n";
    let rows = registry.row_counts().await;
    for (row, says) in [
        ("A,T,I,QQ,,,,", "line 2, column countries, value \"QQ\""),
        ("A,T,I,DE;DE,,,,", "names DE twice"),
        ("A,T,I,,war,,,", "line 2, column measures, value \"war\": must be measures"),
        ("A,T,I,,,2021-02-30,,", "line 2, column from, value \"2021-02-30\": must be a day"),
        ("A,T,I,,,01/02/2021,,", "column from"),
        ("A,T,I,,,2021-02-03,2021-02-02,", "line 2, column until, value \"2021-02-02\": must not be before"),
        ("A,T,I,,,,,javascript:alert(1)", "line 2, column url"),
        (",T,I,,,,,", "line 2, column key, must not be empty"),
        ("A,T,,,,,,", "line 2, column issuer"),
        ("A,T,I,,,,,\nA,T,I,,,,,", "line 3, column key, value \"A\": the key stands on line 2"),
    ] {
        let shown = parts(&[("subject", "programmes")]);
        let problem = upload(&officer, &shown, format!("{head}{row}\n")).await.problem(400);
        assert!(problem["detail"].as_str().unwrap().contains(says), "{row}: {}", problem["detail"]);
    }
    assert_eq!(registry.row_counts().await, rows);
}

async fn named(registry: &Registry, file: &str) -> Result<NamesLoaded, Problem> {
    let act: Act = command_line(&registry.app);
    let mut tx = registry.app.pool.office(Isolation::Decides).await.unwrap();
    let rows = read_names(file.as_bytes())?;
    let loaded = load_names(&mut tx, &act, &"ISO 3166, translated".parse().unwrap(), &rows).await?;
    tx.commit().await.unwrap();
    Ok(loaded)
}

#[tokio::test]
async fn a_country_is_found_by_its_name_in_any_language() {
    let registry = Registry::open().await;
    let customs = registry.customs().await;
    let file = "code,language,name\nCI,de,Elfenbeinküste\nCI,he,חוף השנהב\nDE,fr,Allemagne\nDE,ar,ألمانيا\nCN,zh-Hant,中國\n";
    assert_eq!(named(&registry, file).await.unwrap(), NamesLoaded { added: 5, changed: 0, unchanged: 0 });
    let changed = file.replace("Allemagne", "L'Allemagne");
    assert_eq!(named(&registry, &changed).await.unwrap(), NamesLoaded { added: 0, changed: 1, unchanged: 4 });
    assert_eq!(named(&registry, &changed).await.unwrap(), NamesLoaded { added: 0, changed: 0, unchanged: 5 });
    for (asked, code) in [
        ("COTE D'IVOIRE", "CI"),
        ("côte d’ivoire", "CI"),
        ("elfenbeinkuste", "CI"),
        ("השנהב", "CI"),
        ("allemagne", "DE"),
        ("المانيا", "DE"),
        ("中國", "CN"),
        ("turkiye", "TR"),
    ] {
        let encoded: String = form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let found = customs.all(&format!("/v1/countries?name={encoded}")).await;
        assert_eq!(each(&found, "code"), [code], "{asked}");
    }
    assert_eq!(customs.all("/v1/countries?name=atlantis").await.len(), 0);
    let found = customs.all("/v1/countries?name=germany").await;
    assert_eq!(each(found[0]["names"].as_array().unwrap(), "language"), ["ar", "fr"]);
    assert_eq!(found[0]["names"][1]["source"], "ISO 3166, translated");
    let view = registry.officer().await.get("/v1/countries/CI").await.ok();
    assert_eq!(view["names"].as_array().unwrap().len(), 2);
    let entries = registry.auditor().await.all("/v1/audit?act=country_names.load").await;
    assert_eq!(entries.len(), 2, "one for each file that changed something");
    for (row, says) in [
        ("QQ,de,Nirgends", "line 2, column code"),
        ("DE,german,Deutschland", "line 2, column language"),
        ("DE,de,Deutschland\nDE,de,Bund", "line 3, column language, value \"de\": line 2 has"),
        ("DE,de,", "line 2, column name, must not be empty"),
        ("DE,de,=1", "begins as a formula"),
    ] {
        let refused = named(&registry, &format!("code,language,name\n{row}\n")).await.unwrap_err();
        assert!(refused.detail.contains(says), "{row}: {}", refused.detail);
    }
}

async fn grouped(registry: &Registry, file: &str) -> Result<GroupsLoaded, Problem> {
    let act: Act = command_line(&registry.app);
    let mut tx = registry.app.pool.office(Isolation::Decides).await.unwrap();
    let loaded = load_groups(&mut tx, &act, &read_groups(file.as_bytes())?).await?;
    tx.commit().await.unwrap();
    Ok(loaded)
}

#[tokio::test]
async fn groups_come_from_a_file_and_a_second_time_change_nothing() {
    let registry = Registry::open().await;
    let customs = registry.customs().await;
    let file = "group,country,from,until,source,name
wassenaar,AR,1996-07-12,,Initial Elements,Wassenaar Arrangement
wassenaar,RU,1996-07-12,,Initial Elements,
nato,GR,1952-02-18,,,
";
    let loaded = grouped(&registry, file).await.unwrap();
    assert_eq!(loaded, GroupsLoaded { groups: 1, entered: 2, ended: 0, unchanged: 1 });
    assert_eq!(
        grouped(&registry, file).await.unwrap(),
        GroupsLoaded { unchanged: 3, ..GroupsLoaded::default() }
    );
    let group = customs.get("/v1/country-groups/wassenaar").await.ok();
    assert_eq!(each(group["members"].as_array().unwrap(), "territory"), ["AR", "RU"]);
    assert_eq!(
        (&group["name"], &group["source"]),
        (&json!("Wassenaar Arrangement"), &json!("Initial Elements"))
    );
    let ended = file.replace("RU,1996-07-12,,", "RU,1996-07-12,2026-05-31,");
    assert_eq!(grouped(&registry, &ended).await.unwrap().ended, 1);
    let group = customs.get("/v1/country-groups/wassenaar").await.ok();
    assert_eq!(each(group["members"].as_array().unwrap(), "territory"), ["AR"]);
    let rows = registry.row_counts().await;
    for (row, says) in [
        (
            "wassenaar,RU,1996-07-12,2026-05-30,,",
            "line 2, group wassenaar, country RU: The membership on file has another",
        ),
        (
            "wassenaar,AR,2000-01-01,,,",
            "line 2, group wassenaar, country AR: The country is already a member",
        ),
        ("other,AR,2000-01-01,,,", "the group is not on file"),
        ("Other,AR,2000-01-01,,S,", "line 2, column group"),
        ("other,QQ,2000-01-01,,S,", "line 2, column country"),
        ("other,AR,,,S,", "line 2, column from"),
        ("other,AR,2000-01-01,1999-01-01,S,", "line 2, column until"),
        // What is wrong on the last row undoes the first.
        ("new-group,AR,2000-01-01,,S,\nnew-group,AR,2001-01-01,,S,", "line 3, group new-group"),
    ] {
        let file = format!("group,country,from,until,source,name\n{row}\n");
        let refused = grouped(&registry, &file).await.unwrap_err();
        assert!(refused.detail.contains(says), "{row}: {}", refused.detail);
    }
    assert_eq!(registry.row_counts().await, rows);
}

/// The names and programmes of the data folder, where they are there.
#[tokio::test]
async fn the_files_of_the_data_folder_load() {
    let data = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let Ok(names) = std::fs::read(data.join("countries/iso3166_names_multilang.csv")) else {
        return eprintln!("skipped: {} is not there", data.display());
    };
    let languages = ["nl", "de", "fi", "fr", "sv", "es", "ar", "he"];
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["code", "language", "name"]).unwrap();
    let mut reader = csv::Reader::from_reader(names.as_slice());
    let header = reader.headers().unwrap().clone();
    let mut written = 0;
    for record in reader.records() {
        let record = record.unwrap();
        for language in languages {
            let at = header.iter().position(|column| column == language).unwrap();
            if !record[at].is_empty() {
                file.write_record([&record[0], language, &record[at]]).unwrap();
                written += 1;
            }
        }
    }
    let registry = Registry::open().await;
    let file = String::from_utf8(file.into_inner().unwrap()).unwrap();
    assert_eq!(named(&registry, &file).await.unwrap().added, written);
    assert!(written > 1900, "{written}");
    let found = registry.customs().await.all("/v1/countries?name=Griechenland").await;
    assert_eq!(each(&found, "code"), ["GR"]);
    let programmes = std::fs::read_dir(data.join("sanctions-programmes/programs")).unwrap();
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["key", "title", "issuer", "countries", "measures"]).unwrap();
    for path in programmes {
        let text = std::fs::read_to_string(path.unwrap().path()).unwrap();
        let [key, title, issuer] = ["key", "title", "issuer"].map(|name| line(&text, name));
        let title = title.chars().take(200).collect::<String>();
        let countries = items(&text, "target_territories").into_iter().map(|code| code.to_uppercase());
        let countries: Vec<String> = countries.filter(|code| code.parse::<Country>().is_ok()).collect();
        let measures: Vec<&str> = items(&text, "measures").iter().map(|measure| spelled(measure)).collect();
        file.write_record([key.as_str(), &title, &issuer, &countries.join(";"), &measures.join(";")])
            .unwrap();
    }
    let rows = read_programmes(&file.into_inner().unwrap()).unwrap();
    assert_eq!(rows.len(), 261);
    let with = |measure| rows.iter().filter(|row| row.measures.contains(&measure)).count();
    assert!(with(ProgrammeMeasure::ArmsEmbargo) >= 31 && with(ProgrammeMeasure::ExportControls) >= 41);
}

/// The value of a field that stands on its line, and on those that are further in.
fn line(text: &str, name: &str) -> String {
    let after =
        text.split_once(&format!("\n{name}: ")).or_else(|| text.split_once(&format!("{name}: "))).unwrap().1;
    let mut lines = after.lines();
    let mut value = lines.next().unwrap().to_owned();
    for more in lines.take_while(|line| line.starts_with("  ")) {
        value = format!("{value} {}", more.trim());
    }
    value.trim_matches(['"', '\'', '>', '|', '-', ' ']).to_owned()
}

/// The items of a list of the file.
fn items(text: &str, name: &str) -> Vec<String> {
    let Some((_, after)) = text.split_once(&format!("\n{name}:\n")) else { return Vec::new() };
    let lines = after.lines().map(str::trim_start).take_while(|line| line.starts_with("- "));
    lines.map(|line| line.trim_start_matches("- ").trim_matches(['"', '\'']).to_owned()).collect()
}

/// A measure of those files as the table spells it.
fn spelled(measure: &str) -> &'static str {
    match measure {
        "Asset freeze" => "asset_freeze",
        "Travel ban" => "travel_ban",
        "Export control" => "export_controls",
        "Financial restrictions" => "financial_restrictions",
        "Arms embargo" => "arms_embargo",
        "Import restrictions" => "import_restrictions",
        "Arms restrictions" => "arms_restrictions",
        "Transportation restrictions" => "transport_restrictions",
        "Investment ban" => "investment_ban",
        "Services ban" => "services_ban",
        "Prohibition to satisfy claims" => "claims_prohibition",
        "Debarment" => "debarment",
        "Sectoral sanctions" => "sectoral_sanctions",
        "Aid suspension" => "aid_suspension",
        other => unreachable!("{other}"),
    }
}
