//! The description of the API as a page without a script.

use super::{
    fields::{Field, Holds},
    records::Thing,
    routes::{self, Does, Method, Route},
    shapes::SHAPES,
};
use crate::http::escape;
use std::fmt::Write;

/// What is told of together, in the order of the page.
const PARTS: [&str; 11] = [
    "Boards",
    "Columns",
    "Cards",
    "Labels",
    "People",
    "Checklists",
    "Items",
    "Comments",
    "Several at once",
    "What changed",
    "Webhooks",
];

/// What stands between the head of the page and its end.
pub fn body() -> String {
    let mut body = String::from(
        "<p>A token is sent as <code>Authorization: Bearer hfa_…</code>, bodies as <code>application/json</code>. \
         What holds for all routes stands in <code>docs/api.md</code>. For machines: \
         <a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>",
    );
    let routes = routes::all();
    put_contents(&mut body, &routes);
    for part in PARTS {
        // Writing to a text does not fail.
        write!(body, "<h2>{part}</h2>").ok();
        routes.iter().filter(|it| it.part() == part).for_each(|it| put_route(&mut body, it));
    }
    body.push_str("<h2>Records</h2>");
    for shape in &SHAPES {
        write!(body, "<h3 id=\"{0}\">{0}</h3>", shape.name).ok();
        let rows = shape
            .fields
            .iter()
            .map(|(name, is, says)| [(*name).to_owned(), is.words(), (*says).to_owned()]);
        put_table(&mut body, rows);
    }
    body
}

impl Route {
    fn part(&self) -> &'static str {
        let thing = match self.does {
            Does::Write(operation, _) => operation.thing,
            Does::Show(thing) => thing,
            Does::List(list) => list.thing,
            Does::Boards | Does::MakeBoard => Thing::Board,
            Does::Bulk => return "Several at once",
            Does::Changes | Does::Events => return "What changed",
            Does::Webhooks(_) => return "Webhooks",
        };
        match thing {
            Thing::Board => "Boards",
            Thing::Column => "Columns",
            Thing::Card => "Cards",
            Thing::Label => "Labels",
            Thing::Person => "People",
            Thing::Checklist => "Checklists",
            Thing::Item => "Items",
            Thing::Comment => "Comments",
        }
    }

    /// Its method and path.
    fn address(&self) -> String {
        let method = match self.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        };
        format!("{method} /api/v1{}", escape(self.path))
    }
}

fn put_contents(body: &mut String, routes: &[Route]) {
    body.push_str("<nav aria-label=\"Routes\">");
    for part in PARTS {
        write!(body, "<section><b>{part}</b><ul>").ok();
        for route in routes.iter().filter(|route| route.part() == part) {
            let id = route.id();
            write!(body, "<li><a href=\"#{id}\">{id}</a></li>").ok();
        }
        body.push_str("</ul></section>");
    }
    body.push_str("</nav>");
}

fn put_route(body: &mut String, route: &Route) {
    let (id, address) = (route.id(), route.address());
    write!(body, "<h3 id=\"{id}\"><code>{address}</code></h3><p>{}", escape(&route.says())).ok();
    if let Does::Write(..) = route.does {
        write!(body, " In a bulk: <code>{id}</code>.").ok();
    }
    body.push_str("</p>");
    let headers = route.headers();
    let headers = headers
        .iter()
        .map(|(name, says)| [(*name).to_owned(), "header".to_owned(), (*says).to_owned()]);
    let parameters = route.parameters().iter().map(|field| row(field, "parameter, "));
    let fields = route.fields().unwrap_or_default().iter().map(|field| row(field, ""));
    put_table(body, fields.chain(parameters).chain(headers));
    let (status, shape) = route.answer();
    let answer = match shape {
        Some((name, true)) => format!("a list of <a href=\"#{name}\">{name}</a>"),
        Some((name, false)) => format!("<a href=\"#{name}\">{name}</a>"),
        None if status == 200 => "events".to_owned(),
        None => "nothing".to_owned(),
    };
    write!(body, "<p>Answers {status} with {answer}.</p>").ok();
}

fn row(field: &Field, what: &str) -> [String; 3] {
    let holds = match field.holds {
        Holds::Id => "id",
        Holds::Ids => "list of ids",
        Holds::Text => "text",
        Holds::Texts => "list of texts",
        Holds::Flag => "flag",
        Holds::Yes => "true",
        Holds::Number | Holds::Position => "number",
        Holds::Colour => "colour",
        Holds::Priority => "low, medium, high or urgent",
        Holds::Dates => "dates",
        Holds::Version => "version",
        Holds::Operations => "list of operations",
    };
    let needed = if field.needed { ", needed" } else { "" };
    let clears = if field.clears { " or null" } else { "" };
    [field.name.to_owned(), format!("{what}{holds}{clears}{needed}"), field.says.to_owned()]
}

fn put_table(body: &mut String, rows: impl Iterator<Item = [String; 3]>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    body.push_str("<table>");
    for [name, what, says] in rows {
        let (name, what, says) = (escape(&name), escape(&what), escape(&says));
        write!(body, "<tr><td><code>{name}</code></td><td>{what}</td><td>{says}</td></tr>").ok();
    }
    body.push_str("</table>");
}
