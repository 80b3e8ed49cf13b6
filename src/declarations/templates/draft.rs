//! Drafting a template.

use crate::db::Conn;
use chrono::Datelike as _;

use super::model::NewTemplate;
use super::store;
use crate::act::Act;
use crate::history::{self, Step, Subject};
use crate::http::Problem;
use crate::ids::TemplateId;
use crate::rules::template::{Action, TemplateCycle, TransitionRule};

/// The most clauses a template may have.
const MOST_CLAUSES: usize = 100;
/// The last year that a date may name.
const LAST_YEAR: i32 = 9999;

/// Puts a draft of the next version of a class on file.
pub async fn draft(conn: &mut Conn, act: &Act, new: &NewTemplate) -> Result<TemplateId, Problem> {
    check(act, new)?;
    let id: TemplateId = act.new_id();
    let reference = history::new_reference(conn, act, "DT").await?;
    store::insert(conn, act, id, &reference, new).await?;
    let subject = Subject::<TemplateCycle>::new(id, None);
    history::take(conn, act, &subject, Step::new(Action::Draft).with(new)).await?;
    Ok(id)
}

fn check(act: &Act, new: &NewTemplate) -> Result<(), Problem> {
    if !(1..=MOST_CLAUSES).contains(&new.clauses.len()) {
        return Err(Problem::field("/clauses", "must hold 1 to 100 clauses"));
    }
    match (new.transition_rule, new.transition_until) {
        (TransitionRule::UntilDate, None) => {
            Err(Problem::field("/transitionUntil", "must be given where the rule is until_date"))
        }
        (TransitionRule::UntilDate, Some(until)) if until < act.today() || until.year() > LAST_YEAR => {
            Err(Problem::field("/transitionUntil", "must be today or later, before the year 10000"))
        }
        (TransitionRule::None | TransitionRule::KeepFiled, Some(_)) => {
            Err(Problem::field("/transitionUntil", "is given only where the rule is until_date"))
        }
        (TransitionRule::UntilDate, Some(_)) | (TransitionRule::None | TransitionRule::KeepFiled, None) => {
            Ok(())
        }
    }
}
