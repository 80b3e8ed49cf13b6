//! The picture of permissions: every route beside every role, as `docs/permissions.md` holds it.

use std::fmt::Write as _;

use utoipa::openapi::HttpMethod;

use super::route::{Access, Room, Route};
use crate::rules::authority::Role;

/// The page: one table for each room, ✔ where a caller of the role may call the route and ✘ where it may not.
pub fn page(rooms: &[Room]) -> String {
    let mut page = String::from(
        "# Permissions\n\nGenerated from the tables of routes by `export-license-registry permissions`. ✔: a caller of \
         the role may call the route; ✘: it is refused. An exporter's ✔ reaches its own rows only. The clock holds no \
         token, so it calls nothing.\n",
    );
    for room in rooms {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {}\n\n{}\n\n| method | path | permission |", room.name, room.about);
        for role in callers() {
            let _ = write!(page, " {} |", role.name().replace('_', " "));
        }
        page.push_str("\n|---|---|---|");
        page.push_str(&":-:|".repeat(callers().count()));
        page.push('\n');
        for route in &room.routes {
            row(&mut page, route);
        }
    }
    page
}

/// The roles that hold tokens.
fn callers() -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(|role| *role != Role::Clock)
}

fn row(page: &mut String, route: &Route) {
    let permission = match route.access {
        Access::Public => "*public*",
        Access::Needs(permission) => permission.name(),
    };
    let _ = write!(page, "| {} | `{}` | {permission} |", method(&route.method), route.path);
    for role in callers() {
        let may = match route.access {
            Access::Public => true,
            Access::Needs(permission) => permission.allows(role),
        };
        page.push_str(if may { " ✔ |" } else { " ✘ |" });
    }
    page.push('\n');
}

fn method(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}
