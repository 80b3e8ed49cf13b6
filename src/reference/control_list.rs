//! Control lists as files: `code`, `title`, `text`, `category`, `reasons`, `tags`.

use serde::{Deserialize, Serialize};

use super::table::{self, Refusal};
use crate::rules::product::TechnologyTag;
use crate::rules::values::{ControlCode, EntryText, Name};

/// The columns; the first one must be there.
const COLUMNS: &[&str] = &["code", "title", "text", "category", "reasons", "tags"];
/// The most reasons for control of an entry, and the most characters of one.
const REASONS: (usize, usize) = (20, 40);

/// What an edition says of a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, sqlx::FromRow)]
pub struct ControlListRow {
    /// The code.
    pub code: ControlCode,
    /// What the entry controls, shortened.
    pub title: Option<Name>,
    /// Its text beyond the title.
    pub text: Option<EntryText>,
    /// Its category.
    pub category: Name,
    /// The reasons for control.
    pub reasons: Vec<String>,
    /// What the technology does.
    pub technology_tags: Vec<TechnologyTag>,
}

/// Reads a control list, in the order of its codes.
pub fn read(bytes: &[u8]) -> Result<Vec<ControlListRow>, Refusal> {
    let mut read: Vec<ControlListRow> = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    table::rows(bytes, COLUMNS, 1, |row| {
        let code: ControlCode = row.value("code")?;
        if let Some(before) = seen.insert(code.as_str().to_owned(), row.line) {
            return Err(row.refuse("code", format!("the code stands on line {before} already")));
        }
        let reasons: Vec<String> = row.several("reasons", "must be reasons between semicolons")?;
        let (most, longest) = REASONS;
        let plain = |reason: &String| reason.chars().count() <= longest && reason.parse::<Name>().is_ok();
        if reasons.len() > most || !reasons.iter().all(plain) {
            let says =
                format!("must be at most {most} reasons of at most {longest} characters, between semicolons");
            return Err(row.refuse("reasons", says));
        }
        let tags: Vec<&str> = TechnologyTag::ALL.iter().map(|tag| tag.name()).collect();
        let says = format!("must be tags between semicolons, of {}", tags.join(", "));
        read.push(ControlListRow {
            title: row.option("title")?,
            text: row.option("text")?,
            category: row.option("category")?.unwrap_or_else(|| category(&code)),
            reasons,
            technology_tags: row.several("tags", &says)?,
            code,
        });
        Ok(())
    })?;
    read.sort_by(|one, other| order(&one.code).cmp(&order(&other.code)));
    Ok(read)
}

/// The category that a code tells by itself: `ML`, or the digit that it begins with.
fn category(code: &ControlCode) -> Name {
    let head = code.as_str();
    Name::on_file(if head.starts_with("ML") { "ML" } else { head.get(..1).unwrap_or(head) })
}

/// ML2 before ML10, and an entry before those below it.
fn order(code: &ControlCode) -> (usize, &str) {
    (code.head().len(), code.as_str())
}
