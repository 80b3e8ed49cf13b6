//! Four eyes: proposer, decider and signer are different persons, whatever is tried to be two of them.

use export_license_registry::rules::authority::Role;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::case::Case;
use crate::support::measure::{approval, measure};
use crate::support::registry::{Client, Registry, id};

/// The same person at another terminal, with a token of its own.
async fn second_terminal(registry: &Registry, client: &Client, role: Role) -> Client {
    let token = registry.token(&client.handle, role, None, None).await;
    registry.bearer(&token)
}

/// Makes a person another role's behind the registry's back, as whoever keeps people could.
async fn recast(registry: &Registry, handle: &str, role: &str) {
    let done = sqlx::query("update people set role = $2 where handle = $1")
        .bind(handle)
        .bind(role)
        .execute(registry.pool())
        .await;
    assert_eq!(done.unwrap().rows_affected(), 1);
}

#[tokio::test]
async fn a_second_token_is_no_second_person() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    case.marketing_license().await;
    let head = registry.head().await;
    let again = second_terminal(&registry, &head, Role::HeadOfAgency).await;
    let own = head
        .post("/v1/measures", &measure(&registry, &json!({ "controlCodes": ["ML5"] }), &["freeze_existing"]))
        .await;
    let path = format!("/v1/measures/{}", id(&own.ok()));
    let preview = registry.previewed(&path).await;
    again.post(&format!("{path}/approvals"), &approval(&preview)).await.problem(422);
    registry.director().await.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
}

#[tokio::test]
async fn two_terminals_at_once_are_one_person() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    case.marketing_license().await;
    let head = registry.head().await;
    let own = head
        .post("/v1/measures", &measure(&registry, &json!({ "controlCodes": ["ML5"] }), &["freeze_existing"]))
        .await;
    let path = format!("/v1/measures/{}", id(&own.ok()));
    let preview = registry.previewed(&path).await;
    let mut terminals = Vec::new();
    for _ in 0..6 {
        terminals.push(second_terminal(&registry, &head, Role::HeadOfAgency).await);
    }
    let (approvals, says) = (format!("{path}/approvals"), approval(&preview));
    let replies = join_all(terminals.iter().map(|terminal| terminal.post(&approvals, &says))).await;
    for reply in replies {
        reply.problem(422);
    }
    assert_ne!(head.get(&path).await.ok()["status"], "approved");
}

#[tokio::test]
async fn a_change_of_role_in_between_lets_no_one_sign_what_he_proposed() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let number = case.propose(&application).await.ok()["number"].as_i64().unwrap();
    let path = format!("/v1/applications/{application}/decisions/{number}/countersignatures");
    let head = registry.head().await;
    head.act(&path).await.problem(403);
    // No one is given another role over the API …
    let new = json!({
        "holder": head.handle, "role": "countersigner", "name": "other hat", "expiresAt": registry.now() + chrono::Days::new(9),
    });
    registry.administrator().post("/v1/tokens", &new).await.problem(409);
    // … and one who has been given it signs nothing of his own, with his old token, which has the new role, or a new one.
    recast(&registry, &head.handle, "countersigner").await;
    let anew = second_terminal(&registry, &head, Role::Countersigner).await;
    for signer in [&head, &anew] {
        let refused = signer.act(&path).await;
        assert!(matches!(refused.status.as_u16(), 409 | 422), "{}", refused.text);
    }
    assert_eq!(
        case.exporter.get(&format!("/v1/applications/{application}")).await.ok()["status"],
        "in_review"
    );
    registry.countersigner().await.act(&path).await.ok();
}

#[tokio::test]
async fn what_was_approved_is_what_is_carried_out() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let license = case.marketing_license().await;
    let scope = json!({ "controlCodes": ["ML5"] });
    let path = registry.drafted(&measure(&registry, &scope, &["freeze_existing"])).await;
    let preview = registry.previewed(&path).await;
    let head = registry.head().await;
    head.post(&format!("{path}/approvals"), &approval(&preview)).await.ok();
    // Edited after approval, by whoever may: nothing is in force on the old signature.
    let wider = measure(&registry, &json!({ "controlCodes": ["ML"] }), &["revoke_existing"]);
    registry.officer().await.post(&format!("{path}/revisions"), &wider).await.ok();
    head.post(&format!("{path}/executions"), &json!({ "digest": preview["digest"] })).await.problem(409);
    assert_eq!(case.license(&license).await["status"], "active");
}

#[tokio::test]
async fn a_token_revoked_between_two_acts_ends_its_person_there() {
    let registry = Registry::open().await;
    let case = Case::with_product(&registry).await;
    let application = case.supported(&case.marketing()).await;
    let signer = registry.countersigner().await;
    let number = case.propose(&application).await.ok()["number"].as_i64().unwrap();
    let held = registry.administrator().all(&format!("/v1/tokens?holder={}", signer.handle)).await;
    registry.administrator().because(&format!("/v1/tokens/{}/revocations", id(&held[0]))).await.ok();
    signer
        .act(&format!("/v1/applications/{application}/decisions/{number}/countersignatures"))
        .await
        .problem(401);
}
