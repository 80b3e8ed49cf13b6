//! Test databases are migrated, separate from each other, and gone afterwards.

mod support;

use sqlx::ConnectOptions;
use support::database::TestDatabase;

#[tokio::test]
async fn a_test_database_is_migrated() {
    let database = TestDatabase::create().await;
    let failed: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE NOT success")
        .fetch_one(database.pool())
        .await
        .expect("the migrations' own table");
    assert_eq!(failed, 0);
}

#[tokio::test]
async fn test_databases_are_separate_and_go_away() {
    let (one, two) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    sqlx::query("CREATE TABLE only_here ()").execute(one.pool()).await.expect("write");
    let elsewhere: Option<String> = sqlx::query_scalar("SELECT to_regclass('only_here')::text")
        .fetch_one(two.pool())
        .await
        .expect("look");
    assert_eq!(elsewhere, None);

    let gone = one.connect_options();
    drop(one);
    gone.connect().await.expect_err("the database is gone");
}

#[tokio::test]
async fn a_url_reaches_the_same_database() {
    let database = TestDatabase::create().await;
    let options: sqlx::postgres::PgConnectOptions = database.url().parse().expect("a URL");
    let mut connection = options.connect().await.expect("connect");
    let name: String =
        sqlx::query_scalar("SELECT current_database()").fetch_one(&mut connection).await.expect("ask");
    assert_eq!(Some(&*name), database.connect_options().get_database());
}
