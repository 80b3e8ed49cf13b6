//! The statements of draw-downs.

use crate::db::Conn;

use crate::act::Act;
use crate::ids::LicenseId;
use crate::licenses::draw_down::{DrawDown, NewDrawDown};

/// Books a shipment under the step that was taken for it. The database adds it to the quantity drawn.
pub(in crate::licenses) async fn insert(
    conn: &mut Conn,
    act: &Act,
    license: LicenseId,
    version: i32,
    new: &NewDrawDown,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into license_draw_downs (id, license_id, line, quantity, shipment, booked_at, booked_by, booked_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        act.new_id::<uuid::Uuid>(),
        license.0,
        new.line,
        new.quantity.value(),
        new.shipment.as_str(),
        act.at,
        act.actor.person.0,
        version,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The shipments booked against a license, the first one first.
pub(in crate::licenses) async fn list(conn: &mut Conn, license: LicenseId) -> sqlx::Result<Vec<DrawDown>> {
    sqlx::query_as!(
        DrawDown,
        r#"select line, trim_scale(quantity)::text as "quantity!", shipment, booked_at
             from license_draw_downs where license_id = $1 order by booked_version"#,
        license.0,
    )
    .fetch_all(conn)
    .await
}
