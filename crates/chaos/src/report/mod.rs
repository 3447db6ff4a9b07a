//! A run's report, three times: for programs, for reading, and for looking at.

mod markdown;
mod page;
mod plot;

use crate::{
    act::Phase,
    faults::{CUT, FULL, JUMPED, POWER_CUT, RESTORED, TICKETS},
    forgetful::Counts,
    hearing::Heard,
    journal::Fault,
    judge::{Colour, Judgement, Path, Rate, timed},
    load::Load,
    measure::{Machine, Timed},
    run::{DiskKind, Question, Run, Settings},
    watcher::Watched,
};
use anyhow::Result;
use serde::Serialize;
use std::{collections::BTreeMap, fs, process::Command};

/// All that is reported.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report<'a> {
    pub verdict: Colour,
    pub judgement: &'a Judgement,
    pub settings: &'a Settings,
    pub repeat: String,
    pub commit: String,
    pub server: &'a str,
    pub began: &'a str,
    pub took_us: u64,
    pub compared_us: u64,
    pub machine: &'a Machine,
    /// The most that the server held at any time.
    pub memory_kib: u64,
    pub faults: &'a [Fault],
    /// Writes that were sent again, and how often the answer was not waited for.
    pub sent_again: u32,
    pub unanswered: usize,
    /// How often each fault happened that had to.
    pub fired: &'a BTreeMap<&'static str, usize>,
    pub watched: &'a [Watched],
    pub heard: &'a Option<Heard>,
    pub questions: &'a [Question],
    pub check: &'a Result<Vec<String>, String>,
    pub disk: Option<Counts>,
    pub load: Option<Load>,
    pub not_tested: Vec<String>,
    #[serde(skip)]
    pub acknowledged: Vec<(Phase, Timed)>,
}

/// Of more faults, their number and the plots say enough; the JSON has them all.
const FAULTS_TOLD_MAX: usize = 12;
/// A server that keeps no rule breaks it in many places.
const REASONS_TOLD_MAX: usize = 20;

/// What only a storm does.
const OF_STORMS: [(&str, &str); 3] = [
    (CUT, "links that are cut, slow or still"),
    (RESTORED, "a restored backup"),
    (TICKETS, "the earlier server's paths below /api/tickets"),
];

fn not_tested(run: &Run) -> Vec<String> {
    let (no_disk, no_wall) = (&run.settings.real_because, &run.no_wall_because);
    let faults = [
        (POWER_CUT, "power loss", no_disk),
        (FULL, "a full disk", no_disk),
        (JUMPED, "wall clocks that jump", no_wall),
    ];
    let open = faults.into_iter().filter(|(fault, _, _)| !run.fired.contains_key(fault));
    let open = open.map(|(_, name, why)| match (run.disk, name) {
        (Some(_), "a full disk") => name.to_owned(),
        _ => format!("{name}: {why}"),
    });
    let of_storms = OF_STORMS.into_iter().filter(|(fault, _)| !run.fired.contains_key(fault));
    let of_storms = of_storms.map(|(_, name)| name.to_owned());
    let replicas = run.settings.replica.is_none();
    let replicas = replicas.then(|| "replicas: the program `holdfast` was not there".to_owned());
    open.chain(replicas).chain(of_storms).collect()
}

/// What the disk that forgets did.
fn disk_words(counts: Counts) -> String {
    let (forgotten, refused) = (grouped(counts.forgotten), grouped(counts.refused));
    format!(
        "the disk forgot {forgotten} writes that were not synced, and had no space for {refused}"
    )
}

impl<'a> Report<'a> {
    pub fn of(run: &'a Run, judgement: &'a Judgement) -> Report<'a> {
        let writes = &run.history.writes;
        let acknowledged = writes.iter().filter_map(|it| Some((it.intent.phase, timed(it)?)));
        Report {
            verdict: judgement.colour,
            judgement,
            settings: &run.settings,
            repeat: repeat(&run.settings),
            commit: commit(),
            server: &run.version,
            began: &run.began,
            took_us: run.took_us,
            compared_us: run.compared_us,
            machine: &run.machine,
            memory_kib: run.memory_kib,
            faults: &run.history.faults,
            sent_again: writes.iter().map(|it| it.times_sent.saturating_sub(1)).sum(),
            unanswered: writes
                .iter()
                .flat_map(|it| &it.unknowns)
                .filter(|it| it.status.is_none())
                .count(),
            fired: &run.fired,
            watched: &run.watched,
            heard: &run.heard,
            questions: &run.questions,
            check: &run.check,
            disk: run.disk,
            load: run.load,
            not_tested: not_tested(run),
            acknowledged: acknowledged.collect(),
        }
    }

    /// Writes all three into the run's folder.
    pub fn write(&self) -> Result<()> {
        let out = &self.settings.out;
        fs::write(out.join("report.json"), serde_json::to_vec_pretty(self)?)?;
        fs::write(out.join("report.md"), markdown::write(self))?;
        fs::write(out.join("report.html"), page::write(self))?;
        Ok(())
    }

    /// For the terminal.
    pub fn words(&self) -> String {
        let mut lines = vec![format!("{}: {}", self.verdict.name(), self.repeat)];
        lines.extend(self.reasons().iter().map(|reason| format!("  {reason}")));
        let figures = self.figures();
        let figures = figures.iter().map(|(name, value, _)| format!("{name} {value}"));
        lines.push(format!("  {}", figures.collect::<Vec<_>>().join(" · ")));
        lines.push(format!("  {}", self.settings.out.join("report.html").display()));
        lines.join("\n")
    }

    /// When was looked, in order.
    fn whens(&self) -> Vec<&str> {
        let mut whens: Vec<&str> = Vec::new();
        for path in &self.judgement.paths {
            if !whens.contains(&path.when.as_str()) {
                whens.push(&path.when);
            }
        }
        whens
    }

    /// A row for each path, over all boards, with a cell for each time.
    fn rows(&self) -> Vec<Row<'_>> {
        let whens = self.whens();
        let mut rows: Vec<Row> = Vec::new();
        for path in &self.judgement.paths {
            let at = match rows.iter().position(|row| row.path == path.path) {
                Some(at) => at,
                None => {
                    rows.push(Row { path: &path.path, cells: vec![Cell::NotLooked; whens.len()] });
                    rows.len() - 1
                }
            };
            let column = whens.iter().position(|when| *when == path.when);
            if let Some(cell) = column.and_then(|column| rows[at].cells.get_mut(column)) {
                *cell = std::mem::take(cell).and(path);
            }
        }
        rows
    }

    /// Paths that could have been looked at.
    fn left_out(&self) -> Vec<String> {
        let paths = self.judgement.paths.iter();
        let said = paths.filter_map(|path| {
            let why = path.left_out.as_ref()?;
            Some(format!("{}, {}, was left out: {why}", path.path, path.when))
        });
        said.collect()
    }

    /// Why it is not green, as far as one reads on.
    fn reasons(&self) -> Vec<String> {
        let all = &self.judgement.reasons;
        let mut told: Vec<String> = all.iter().take(REASONS_TOLD_MAX).cloned().collect();
        if all.len() > told.len() {
            told.push(format!("and {} more, in report.json", all.len() - told.len()));
        }
        told
    }

    /// What was seen besides the paths.
    fn also_seen(&self) -> Vec<String> {
        let mut seen = Vec::new();
        let reads: usize = self.watched.iter().map(|it| it.reads).sum();
        if reads > 0 {
            seen.push(format!(
                "while others wrote, {reads} lists and searches were read; each had to show all that was \
                 acknowledged before it began"
            ));
        }
        if let Some(heard) = self.heard {
            let Heard { connections, events, socket_events, .. } = heard;
            seen.push(format!(
                "{connections} connections of listeners were told {events} changes and {socket_events} events of the \
                 earlier server's; each had to be on the disk, in the log's order and once"
            ));
        }
        for question in self.questions {
            let answer = question.fault.as_deref().unwrap_or("answered as it must be");
            let said = format!("{}: {answer}", question.asked);
            if !seen.contains(&said) {
                seen.push(said);
            }
        }
        seen.extend(self.load.map(|load| load.words()));
        seen.push(match self.check {
            Ok(problems) if problems.is_empty() => "holdfast-server check found nothing".to_owned(),
            Ok(problems) => format!("holdfast-server check found: {}", problems.join("; ")),
            Err(why) => format!("holdfast-server check could not be run: {why}"),
        });
        seen
    }

    /// Figures that stand at the head of the report: a name, a value, and what the value is of.
    fn figures(&self) -> Vec<(&'static str, String, &'static str)> {
        let Judgement { counts, outcomes, latency, .. } = self.judgement;
        vec![
            (
                "acknowledged",
                format!("{} of {}", grouped(counts.acknowledged), grouped(counts.attempted)),
                "writes",
            ),
            ("lost", (outcomes.lost.len() + outcomes.never_read.len()).to_string(), "cards"),
            ("duplicated", outcomes.duplicated.len().to_string(), "cards"),
            ("stale", outcomes.stale.len().to_string(), "cards"),
            (
                "rolled back",
                outcomes.rolled_back.len().to_string(),
                "cards that only the server held",
            ),
            ("p50", ms(latency.p50_us), "from the moment it was due"),
            ("p99", ms(latency.p99_us), "from the moment it was due"),
            ("longest stall", ms(self.judgement.longest_stall_us), "with something due"),
            ("fsync", ms(self.machine.fsync.p50_us), "of this machine, median"),
        ]
    }
}

struct Row<'a> {
    path: &'a str,
    cells: Vec<Cell>,
}

/// What a path showed at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Cell {
    #[default]
    NotLooked,
    LeftOut,
    /// So many cards, as they were told.
    Same(usize),
    /// How it differs stands among the reasons.
    Differs(usize),
}

impl Cell {
    /// With what the path showed on another board.
    fn and(self, path: &Path) -> Cell {
        let so_far = match self {
            Cell::Same(cards) | Cell::Differs(cards) => cards,
            Cell::NotLooked | Cell::LeftOut => 0,
        };
        let differs =
            path.failed.is_some() || !path.faults.is_empty() || !path.difference.is_none();
        match self {
            _ if path.left_out.is_some() => Cell::LeftOut,
            Cell::Differs(_) => Cell::Differs(so_far + path.cards),
            _ if differs => Cell::Differs(so_far + path.cards),
            Cell::NotLooked | Cell::LeftOut | Cell::Same(_) => Cell::Same(so_far + path.cards),
        }
    }

    fn words(self) -> String {
        match self {
            Cell::NotLooked => String::new(),
            Cell::LeftOut => "left out".to_owned(),
            Cell::Same(cards) => grouped(cards),
            Cell::Differs(cards) => format!("{}, differs", grouped(cards)),
        }
    }
}

/// Of a rate: how many were acknowledged, then its percentiles, then the longest stall.
fn rate_cells(rate: &Rate) -> Vec<String> {
    let (counts, late) = (rate.counts, rate.latency);
    let mut cells =
        vec![format!("{} of {}", grouped(counts.acknowledged), grouped(counts.attempted))];
    let times = [late.p50_us, late.p95_us, late.p99_us, late.p999_us, late.max_us];
    cells.extend(times.into_iter().chain([rate.longest_stall_us]).map(ms));
    cells
}

/// 50,000 rather than 50000.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut told = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

impl Colour {
    fn name(self) -> &'static str {
        match self {
            Colour::Green => "green",
            Colour::Red => "red",
            Colour::Inconclusive => "inconclusive",
        }
    }
}

/// Milliseconds, as far as they say something.
fn ms(us: u64) -> String {
    let (whole, rest) = (us / 1000, us % 1000);
    match whole {
        0..10 => format!("{whole}.{:02} ms", rest / 10),
        10..100 => format!("{whole}.{} ms", rest / 100),
        100..10_000 => format!("{whole} ms"),
        _ => seconds(us),
    }
}

fn seconds(us: u64) -> String {
    format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000)
}

fn repeat(settings: &Settings) -> String {
    let Settings { scenario, seed, rounds, seconds, agents, rate, boards, mutant, disk, .. } =
        settings;
    let mutant = mutant.as_ref().map(|name| format!(" --mutant {name:?}")).unwrap_or_default();
    let disk = match disk {
        DiskKind::Real => "real",
        DiskKind::Forgetful => "forgetful",
    };
    let size = match *scenario {
        "load" => format!("--minutes {} --boards {boards}", seconds / 60.0),
        "storm" => format!("--minutes {} --rate {rate} --boards {boards}", seconds / 60.0),
        _ => {
            let each = rounds.iter().map(|round| format!("{}/{}", round.creates, round.seconds));
            format!("--rounds {}", each.collect::<Vec<_>>().join(","))
        }
    };
    format!(
        "holdfast-chaos run --scenario {scenario} {size} --agents {agents} --disk {disk} --seed {seed}{mutant}"
    )
}

/// Of the tree that the harness is run in.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let clean = git(&["status", "--porcelain"]).is_some_and(|changed| changed.is_empty());
    if clean { commit } else { format!("{commit}, with changes") }
}
