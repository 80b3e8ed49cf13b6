//! Keeping a list, and the terms of it.

use super::model::{ListTerms, NewScreeningList};
use super::store::lists as store;
use crate::act::Act;
use crate::db::Conn;
use crate::history::{self, Grounds, Step, Subject};
use crate::http::Problem;
use crate::ids::ScreeningListId;
use crate::rules::screening_list::{
    Action, HIGHEST, LEAST_HIT, LONGEST_DUE, LONGEST_LIMIT, ScreeningListCycle,
};

/// Puts a list on file. Until an edition is taken, no one is clear.
pub async fn keep(conn: &mut Conn, act: &Act, new: &NewScreeningList) -> Result<ScreeningListId, Problem> {
    check((new.hit_from, new.second_person_from, new.most_removed), (new.limit_days, new.due_days))?;
    let id: ScreeningListId = act.new_id();
    store::insert(conn, act, id, new).await?;
    let subject = Subject::<ScreeningListCycle>::new(id, None);
    history::take(conn, act, &subject, Step::new(Action::Keep).with(new)).await?;
    Ok(id)
}

/// Sets the terms of a list. Parties are compared anew, since another score may be a hit.
pub async fn change_terms(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningListId,
    terms: &ListTerms,
) -> Result<(), Problem> {
    let subject = history::load::<ScreeningListCycle>(conn, act, id.0).await?;
    history::open(&subject, Action::ChangeTerms)?;
    check(
        (terms.hit_from, terms.second_person_from, terms.most_removed),
        (terms.limit_days, terms.due_days),
    )?;
    store::set_terms(conn, id, terms).await?;
    let step = Step::new(Action::ChangeTerms).because(None, terms.reasons.as_str()).with(terms);
    history::take(conn, act, &subject, step).await?;
    store::begin_epoch(conn).await?;
    Ok(())
}

/// Ends a list: no one is compared with it any more.
pub(super) async fn end(
    conn: &mut Conn,
    act: &Act,
    id: ScreeningListId,
    grounds: &Grounds,
) -> Result<(), Problem> {
    history::step::<ScreeningListCycle>(conn, act, id.0, Action::End, grounds).await?;
    store::begin_epoch(conn).await?;
    Ok(())
}

fn check(
    (hit_from, second_person_from, most_removed): (i16, i16, i16),
    (limit_days, due_days): (i32, i32),
) -> Result<(), Problem> {
    if !(LEAST_HIT..=HIGHEST).contains(&hit_from) {
        return Err(Problem::field("/hitFrom", "must be from 500 to 1000, in thousandths"));
    }
    if !(0..=HIGHEST).contains(&second_person_from) {
        return Err(Problem::field("/secondPersonFrom", "must be from 0 to 1000, in thousandths"));
    }
    if !(0..=100).contains(&most_removed) {
        return Err(Problem::field("/mostRemoved", "must be from 0 to 100, in percent"));
    }
    if !(1..=LONGEST_LIMIT).contains(&limit_days) {
        return Err(Problem::field("/limitDays", "must be from 1 to 3660"));
    }
    if !(1..=LONGEST_DUE).contains(&due_days) {
        return Err(Problem::field("/dueDays", "must be from 1 to 366"));
    }
    Ok(())
}
