//! The key that cursors are signed with: one for all instances, kept over restarts.

use chrono::{DateTime, Utc};

use super::CursorKey;
use crate::db::{Isolation, Pool};
use crate::ids::Ids;

impl CursorKey {
    /// The registry's own key: made by whoever asks first.
    pub async fn of_registry(pool: &Pool, ids: &Ids, at: DateTime<Utc>) -> sqlx::Result<Self> {
        let mut tx = pool.office(Isolation::Records).await?;
        let key: [u8; 32] = ids.bytes();
        sqlx::query!(
            "insert into service_keys (purpose, key, created_at) values ('cursors', $1, $2) on conflict do nothing",
            key.as_slice(),
            at,
        )
        .execute(&mut *tx)
        .await?;
        let kept = sqlx::query_scalar!("select key from service_keys where purpose = 'cursors'")
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        // The table holds keys of 32 bytes and no others (service_keys_key_256_bits).
        let kept: Result<[u8; 32], _> = kept.try_into();
        kept.map(Self::new).map_err(|_| sqlx::Error::Decode("a key of another length".into()))
    }
}
