//! Plots as inline SVG. Colours are classes, so that they follow light and dark.

use crate::{journal::Fault, measure::Timed};
use std::fmt::Write;

const WIDTH: f64 = 920.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;
const BARS: f64 = 60.0;
const BAR_S_MIN: f64 = 0.25;
/// Points that lie on each other are no longer told apart.
const POINTS_MAX: usize = 6_000;

/// From the run's beginning to its end, in seconds.
pub struct Frame {
    pub until_s: f64,
    pub faults: Vec<(f64, f64, String)>,
}

pub fn s(us: u64) -> f64 {
    std::time::Duration::from_micros(us).as_secs_f64()
}

impl Frame {
    pub fn new(took_us: u64, faults: &[Fault]) -> Frame {
        let faults = faults.iter().map(|it| (s(it.at_us), s(it.until_us), it.name.clone()));
        Frame { until_s: s(took_us).max(0.001), faults: faults.collect() }
    }

    fn x(&self, at_s: f64) -> f64 {
        LEFT + at_s / self.until_s * (WIDTH - LEFT - RIGHT)
    }

    /// Acknowledged writes a second.
    pub fn throughput(&self, acknowledged: &[Timed]) -> String {
        let bar_s = (self.until_s / BARS).max(BAR_S_MIN);
        let mut at = 0.0;
        let mut bars = Vec::new();
        let times: Vec<f64> = acknowledged.iter().map(|it| s(it.answered_us)).collect();
        while at < self.until_s {
            let count = times.iter().filter(|time| (at..at + bar_s).contains(*time)).count();
            bars.push((at, f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / bar_s));
            at += bar_s;
        }
        let most = nice(bars.iter().map(|it| it.1).fold(1.0, f64::max));
        let y = |rate: f64| HEIGHT - BOTTOM - rate / most * (HEIGHT - TOP - BOTTOM);
        let mut inner = String::new();
        for part in 0..=4 {
            let rate = most * f64::from(part) / 4.0;
            inner.push_str(&grid(y(rate), &format!("{}", (rate * 10.0).round() / 10.0)));
        }
        for (at, rate) in bars.iter().filter(|bar| bar.1 > 0.0) {
            let (x, wide) = (self.x(*at), self.x(at + bar_s).min(WIDTH - RIGHT) - self.x(*at));
            let (top, tall) = (y(*rate), HEIGHT - BOTTOM - y(*rate));
            inner.push_str(&format!(
                "<rect class=\"bar\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{tall:.1}\" rx=\"1.5\">\
                 <title>{rate:.1} a second from {at:.1} s on</title></rect>",
                (wide - 1.5).max(0.5)
            ));
        }
        self.drawn("Acknowledged writes a second, over time", &inner)
    }

    /// Each answer: when it was due, and how long it took from then, on a logarithmic scale.
    pub fn latency(&self, answered: &[Timed]) -> String {
        let late = |it: &Timed| s(it.answered_us.saturating_sub(it.due_us)).max(1e-5) * 1e3;
        let least = answered.iter().map(late).fold(1.0, f64::min).log10().floor();
        let most = answered.iter().map(late).fold(10.0, f64::max).log10().ceil();
        let y = |ms: f64| {
            HEIGHT - BOTTOM - (ms.log10() - least) / (most - least) * (HEIGHT - TOP - BOTTOM)
        };
        let mut inner = String::new();
        let mut power = least;
        while power <= most {
            let ms = 10_f64.powf(power);
            let label = if ms >= 1000.0 { format!("{} s", ms / 1e3) } else { format!("{ms} ms") };
            inner.push_str(&grid(y(ms), &label));
            power += 1.0;
        }
        let step = answered.len().div_ceil(POINTS_MAX).max(1);
        for one in answered.iter().step_by(step) {
            let (x, y) = (self.x(s(one.due_us)), y(late(one)));
            let _written =
                write!(inner, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.4\"/>");
        }
        self.drawn("From the moment a write was due to its answer, over time", &inner)
    }

    fn drawn(&self, title: &str, inner: &str) -> String {
        let mut svg =
            format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">");
        for (from, until, name) in &self.faults {
            let (x, wide) = (self.x(*from), (self.x(*until) - self.x(*from)).max(1.5));
            let tall = HEIGHT - TOP - BOTTOM;
            svg.push_str(&format!(
                "<rect class=\"fault\" x=\"{x:.1}\" y=\"{TOP}\" width=\"{wide:.1}\" height=\"{tall}\">\
                 <title>{name}, at {from:.1} s</title></rect>"
            ));
        }
        svg.push_str(inner);
        let every = nice(self.until_s / 8.0);
        let mut at = 0.0;
        while at <= self.until_s {
            svg.push_str(&format!(
                "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{} s</text>",
                self.x(at),
                HEIGHT - 10.0,
                (at * 10.0).round() / 10.0
            ));
            at += every;
        }
        svg.push_str("</svg>");
        svg
    }
}

fn grid(y: f64, label: &str) -> String {
    format!(
        "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
         <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
        WIDTH - RIGHT,
        LEFT - 8.0,
        y + 4.0
    )
}

/// The next 1, 2 or 5 with noughts.
fn nice(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-6).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= value - 1e-9).unwrap_or(10.0);
    step * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_on_a_round_value_that_is_not_below() {
        for (value, round) in [(0.3, 0.5), (1.0, 1.0), (3.0, 5.0), (11.0, 20.0), (99.0, 100.0)] {
            assert!((nice(value) - round).abs() < 1e-9, "{value} became {}", nice(value));
        }
    }

    #[test]
    fn a_plot_marks_what_was_done_to_the_server() {
        let fault = Fault { at_us: 1_000_000, until_us: 2_000_000, name: "killed".to_owned() };
        let frame = Frame::new(4_000_000, &[fault]);
        let timed = [Timed { due_us: 500_000, answered_us: 505_000 }];
        for plot in [frame.throughput(&timed), frame.latency(&timed)] {
            assert!(plot.contains("<title>killed, at 1.0 s</title>"), "{plot}");
            assert!(!plot.contains("NaN"), "{plot}");
        }
    }
}
