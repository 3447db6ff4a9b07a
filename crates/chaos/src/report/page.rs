//! For looking at: one HTML page that asks nothing of any other place.

use super::{Cell, Report, ms, plot::Frame, seconds};
use crate::{act::Phase, judge::Colour, measure::Timed};

const STYLE: &str = include_str!("page.css");

pub fn write(report: &Report) -> String {
    let settings = report.settings;
    let title = format!("{}, seed {}", settings.scenario, settings.seed);
    let all: Vec<Timed> = report.acknowledged.iter().map(|it| it.1).collect();
    let at_a_rate = report.acknowledged.iter().filter(|it| it.0 != Phase::Edge).map(|it| it.1);
    let frame = Frame::new(report.took_us, report.faults);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{verdict}: {title}</title><style>{STYLE}</style></head><body><main>{head}\
         <section><h2>Throughput</h2><p class=\"note\">Acknowledged writes a second, of all who wrote. What was \
         done to the server is shaded.</p>{throughput}</section>\
         <section><h2>Latency</h2><p class=\"note\">From the moment at which a write was due, not from when it could \
         be sent. Logarithmic.</p>{latency}{rates}</section>{paths}{run}</main></body></html>\n",
        verdict = report.verdict.name(),
        title = escaped(&title),
        head = head(report, &title),
        throughput = frame.throughput(&all),
        latency = frame.latency(&at_a_rate.collect::<Vec<_>>()),
        rates = rates(report),
        paths = paths(report),
        run = the_run(report),
    )
}

fn head(report: &Report, title: &str) -> String {
    let name = report.verdict.name();
    let words = match report.verdict {
        Colour::Green => {
            "Every write that was acknowledged is on every read path, once, as it was told."
        }
        Colour::Red => "The server broke what it had promised.",
        Colour::Inconclusive => "Nothing wrong was seen, and not enough was.",
    };
    let reasons = list(report.reasons().iter().map(String::as_str));
    let figures: String = report
        .figures()
        .iter()
        .map(|(name, value, of)| {
            format!("<div><dt>{name}</dt><dd>{value}</dd><dd class=\"of\">{of}</dd></div>")
        })
        .collect();
    format!(
        "<header class=\"{name}\"><p class=\"verdict\">{name}</p><h1>{}</h1><p>{words}</p>{reasons}</header>\
         <dl class=\"figures\">{figures}</dl>",
        escaped(title)
    )
}

/// Each rate by itself: how late answers are depends on it.
fn rates(report: &Report) -> String {
    let names = ["Acknowledged", "p50", "p95", "p99", "p99.9", "Longest", "Longest stall"];
    let head: String =
        names.iter().map(|name| format!("<th class=\"number\">{name}</th>")).collect();
    let rows = report.judgement.rates.iter().map(|rate| {
        let cells = super::rate_cells(rate);
        let cells: String =
            cells.iter().map(|cell| format!("<td class=\"number\">{cell}</td>")).collect();
        format!("<tr><th scope=\"row\">{}</th>{cells}</tr>", rate.name)
    });
    table(&format!("<th>At a fixed rate</th>{head}"), &rows.collect::<String>())
}

fn paths(report: &Report) -> String {
    let whens = report.whens();
    let head: String =
        whens.iter().map(|when| format!("<th class=\"number\">{when}</th>")).collect();
    let rows = report.rows().into_iter().map(|row| {
        let cells = row.cells.iter().map(|cell| {
            let class = match cell {
                Cell::NotLooked | Cell::LeftOut => "none",
                Cell::Same(_) => "same",
                Cell::Differs(_) => "differs",
            };
            format!("<td class=\"number {class}\">{}</td>", cell.words())
        });
        let cells: String = cells.collect();
        format!("<tr><th scope=\"row\">{}</th>{cells}</tr>", escaped(row.path))
    });
    let seen = [report.left_out(), report.also_seen()].concat();
    format!(
        "<section><h2>Read paths</h2><p class=\"note\">Sets of ids, what the cards say, and their order: cards \
         that are shown as they were told.</p>{}{}</section>",
        table(&format!("<th>Path</th>{head}"), &rows.collect::<String>()),
        list(seen.iter().map(String::as_str))
    )
}

fn table(head: &str, rows: &str) -> String {
    format!(
        "<div class=\"wide\"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn the_run(report: &Report) -> String {
    let fired = report.fired.iter().map(|(name, count)| format!("{count} × {name}"));
    let faults = report.faults.iter().take(super::FAULTS_TOLD_MAX).map(|fault| {
        let took = ms(fault.until_us.saturating_sub(fault.at_us));
        format!("at {}: {}, for {took}", seconds(fault.at_us), fault.name)
    });
    let mut said: Vec<String> = fired.chain(faults).collect();
    said.push(format!("{} answers did not come or were not waited for", report.unanswered));
    said.push(format!("{} times a write was sent again under its key", report.sent_again));
    said.extend(report.disk.map(super::disk_words));
    let errors = report.judgement.server_errors.iter();
    said.extend(
        errors.map(|(status, count)| format!("{count} times the server answered {status}")),
    );
    let (machine, fsync) = (report.machine, report.machine.fsync);
    let run = [
        format!("Began {}, took {}", report.began, seconds(report.took_us)),
        format!("Commit {}, {}", report.commit, report.server),
        format!(
            "{} cores, {}, Linux {}, shared with the harness",
            machine.cores, machine.memory, machine.kernel
        ),
        format!(
            "fsync of 4 KiB: median {}, p99 {}, longest {}",
            ms(fsync.p50_us),
            ms(fsync.p99_us),
            ms(fsync.max_us)
        ),
        format!("The server held {} MiB at most", report.memory_kib / 1024),
    ];
    format!(
        "<section><h2>Faults</h2>{}</section><section><h2>Not tested</h2>{}</section>\
         <section><h2>The run</h2>{}<pre>{}</pre></section>",
        list(said.iter().map(String::as_str)),
        list(report.not_tested.iter().map(String::as_str)),
        list(run.iter().map(String::as_str)),
        escaped(&report.repeat)
    )
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: String = items.map(|item| format!("<li>{}</li>", escaped(item))).collect();
    if items.is_empty() { items } else { format!("<ul>{items}</ul>") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
