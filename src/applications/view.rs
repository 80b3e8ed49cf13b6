//! An application as it is shown: with its clock, and with what measures in force mean for it.

use crate::db::Conn;

use super::model::Application;
use super::store;
use crate::act::Act;
use crate::http::Problem;
use crate::ids::ApplicationId;
use crate::{measures, screening};

/// One application as the actor sees it. Held is not a status: it is told from the measures in force.
pub(super) async fn view(conn: &mut Conn, act: &Act, id: ApplicationId) -> Result<Application, Problem> {
    let application = store::get(conn, act, id).await?.ok_or_else(Problem::not_found)?;
    let screening_flags = screening::flags_on_application(conn, act, id).await?;
    let application = Application { screening_flags, ..application };
    if !application.status.is_open() {
        return Ok(application);
    }
    let measures = measures::notices(conn, act, id, application.purpose).await?;
    Ok(Application { measures, ..application })
}
