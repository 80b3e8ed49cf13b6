//! Arrivals: licenses that come on file otherwise than by a grant meet the measures in force as well.

use crate::db::Conn;
use uuid::Uuid;

use super::carry_out::carry_out;
use super::enact::{operation, task};
use super::preview::carries_out;
use super::store::reached;
use crate::act::Act;
use crate::http::Problem;
use crate::measures;
use crate::operations;
use crate::rules::operation::{Kind, Task};

/// What may freeze.
const AT_ONCE: [Task; 2] = [Task::Freeze, Task::IntendRevocation];

/// Puts an operation on file for each measure in force that reaches some of the licenses just loaded, and carries out at
/// once what freezes: none of them is usable for a moment. Holds the policy epoch, so that no measure comes into force
/// unseen before they are on file.
pub async fn reach_arrivals(conn: &mut Conn, act: &Act, ids: &[Uuid]) -> Result<(), Problem> {
    for measure in measures::store::in_force(conn, act.today(), true).await? {
        let tasks: Vec<Task> =
            measure.effects.iter().filter_map(|spec| carries_out(spec.effect)).map(task).collect();
        if tasks.is_empty() {
            continue;
        }
        let groups = measures::store::groups(conn, &measure.scope.groups(), act.today()).await?;
        let touched = reached::among(conn, act, ids, &measure.scope, &groups).await?;
        if touched.is_empty() {
            continue;
        }
        let reasons =
            format!("{} reaches licenses that came on file while it is in force.", measure.reference);
        let tasks = tasks.into_iter().map(|task| (task, touched.clone())).collect();
        let operation = operation(conn, act, measure.id, Kind::MeasureExecution, &reasons, tasks).await?;
        for task in AT_ONCE {
            while let Some(batch) = operations::next_batch(conn, operation, Some(task)).await? {
                let skipped = carry_out(conn, act, &batch).await?;
                operations::finish(conn, &batch, &skipped, act.at).await?;
            }
        }
    }
    Ok(())
}
