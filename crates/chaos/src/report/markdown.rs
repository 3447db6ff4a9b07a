//! For reading.

use super::{Report, ms, seconds};
use crate::judge::Colour;
use std::fmt::Write;

pub fn write(report: &Report) -> String {
    let mut text = String::new();
    // Writing into memory has no way to fail.
    let _written = head(&mut text, report)
        .and_then(|()| rates(&mut text, report))
        .and_then(|()| paths(&mut text, report))
        .and_then(|()| rest(&mut text, report));
    text
}

fn head(text: &mut String, report: &Report) -> std::fmt::Result {
    let judgement = report.judgement;
    let verdict = report.verdict.name().to_uppercase();
    writeln!(text, "# {verdict}: {}, seed {}\n", report.settings.scenario, report.settings.seed)?;
    if report.verdict == Colour::Green {
        writeln!(
            text,
            "Every write that was acknowledged is on every read path, once, as it was told.\n"
        )?;
    }
    let reasons = report.reasons();
    for reason in &reasons {
        writeln!(text, "* {reason}")?;
    }
    if !reasons.is_empty() {
        writeln!(text)?;
    }
    writeln!(text, "| | |\n|---|---|")?;
    for (name, value, of) in report.figures() {
        writeln!(text, "| {name} | {value} {of} |")?;
    }
    let all = judgement.counts;
    writeln!(text, "| refused, unknown | {}, {} |", all.refused, all.unknown)?;
    writeln!(text, "| server's memory at most | {} MiB |\n", report.memory_kib / 1024)?;
    let outcomes = &judgement.outcomes;
    writeln!(text, "Stable: {} cards.", outcomes.stable)?;
    let (cards, besides) = (outcomes.rolled_back.len(), outcomes.rolled_back_besides);
    writeln!(
        text,
        "Rolled back, since a backup was put back and no replica had made them: {cards} cards, and {besides} comments \
         and claims."
    )?;
    for (name, ids) in [
        ("Lost", &outcomes.lost),
        ("Never read", &outcomes.never_read),
        ("Stale", &outcomes.stale),
        ("Duplicated", &outcomes.duplicated),
    ] {
        let ids = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
        writeln!(text, "{name}: {ids}.")?;
    }
    writeln!(text)
}

/// Each rate by itself: how late answers are depends on it.
fn rates(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "## At a fixed rate\n\nFrom the moment at which a write was due.\n")?;
    writeln!(text, "| | acknowledged | p50 | p95 | p99 | p99.9 | longest | longest stall |")?;
    writeln!(text, "|---|---|---|---|---|---|---|---|")?;
    for rate in &report.judgement.rates {
        let cells = super::rate_cells(rate).join(" | ");
        writeln!(text, "| {} | {cells} |", rate.name)?;
    }
    writeln!(text)
}

fn paths(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "## Read paths\n\nSets of ids, what the cards say, and their order.\n")?;
    let whens = report.whens();
    writeln!(text, "| | {} |\n|---|{}", whens.join(" | "), "---|".repeat(whens.len()))?;
    for row in report.rows() {
        let cells: Vec<String> = row.cells.iter().map(|cell| cell.words()).collect();
        writeln!(text, "| {} | {} |", row.path, cells.join(" | "))?;
    }
    writeln!(text)?;
    for left_out in report.left_out() {
        writeln!(text, "* {left_out}")?;
    }
    for seen in report.also_seen() {
        writeln!(text, "* {seen}")?;
    }
    writeln!(text)
}

fn rest(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "## Faults\n")?;
    for (name, count) in report.fired {
        writeln!(text, "* {count} × {name}")?;
    }
    for fault in report.faults.iter().take(super::FAULTS_TOLD_MAX) {
        let took = ms(fault.until_us.saturating_sub(fault.at_us));
        writeln!(text, "* at {}: {}, for {took}", seconds(fault.at_us), fault.name)?;
    }
    writeln!(text, "* {} answers did not come or were not waited for", report.unanswered)?;
    writeln!(text, "* {} times a write was sent again under its key", report.sent_again)?;
    if let Some(counts) = report.disk {
        writeln!(text, "* {}", super::disk_words(counts))?;
    }
    for (status, count) in &report.judgement.server_errors {
        writeln!(text, "* {count} times the server answered {status}")?;
    }
    writeln!(text, "\n## Not tested here\n")?;
    for name in &report.not_tested {
        writeln!(text, "* {name}")?;
    }
    writeln!(text)?;
    let machine = report.machine;
    writeln!(text, "## The run\n")?;
    let (took, compared) = (seconds(report.took_us), seconds(report.compared_us));
    writeln!(text, "* began {}, took {took}, of that {compared} for the comparison", report.began)?;
    writeln!(text, "* commit {}, {}", report.commit, report.server)?;
    let (cores, memory, kernel) = (machine.cores, &machine.memory, &machine.kernel);
    writeln!(text, "* {cores} cores, {memory}, Linux {kernel}, shared with the harness")?;
    let fsync = machine.fsync;
    let (p50, p99, max) = (ms(fsync.p50_us), ms(fsync.p99_us), ms(fsync.max_us));
    writeln!(text, "* fsync of 4 KiB: median {p50}, p99 {p99}, longest {max}")?;
    writeln!(text, "* again: `{}`", report.repeat)
}
