//! A run on its way: a bar on the terminal, silence elsewhere; clock, memory and Ctrl-C for the facade.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use neuropil::{Event, Observer};

use crate::exit::Code;
use crate::machine::{self, Clock};
use crate::table::{duration, short};

/// Units of the bar: fine enough for any width.
const PARTS: u64 = 1000;

/// Draws progress and answers what the facade asks.
pub(crate) struct Watcher {
    clock: Clock,
    interrupt: Arc<AtomicBool>,
    bar: ProgressBar,
    title: String,
    running_since: Option<f64>,
}

impl Watcher {
    /// Makes a watcher; it draws only where stderr is a terminal.
    pub(crate) fn new(clock: Clock, interrupt: Arc<AtomicBool>) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(PARTS), target);
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            clock,
            interrupt,
            bar,
            title: String::new(),
            running_since: None,
        }
    }

    /// Takes the bar off the terminal.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn running(&mut self, done: u64, total: u64, dt: f64) {
        let now = self.clock.seconds();
        let since = *self.running_since.get_or_insert(now);
        let total = total.max(1);
        self.bar.set_position(done.saturating_mul(PARTS) / total);
        let simulated = done as f64 * dt;
        let mut text = format!("{} of {}", duration(simulated), duration(total as f64 * dt));
        let elapsed = now - since;
        if done > 0 && elapsed > 0.2 {
            let left = elapsed * (total - done.min(total)) as f64 / done as f64;
            let factor = elapsed * 1000.0 / simulated;
            let _ = write!(
                text,
                ", {} left, real-time factor {}",
                seconds_left(left),
                short(factor)
            );
        }
        self.bar.set_message(text);
    }
}

/// Whole seconds or minutes: more would flicker.
fn seconds_left(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{:.0} s", seconds.ceil())
    } else {
        format!("{:.0} min", (seconds / 60.0).ceil())
    }
}

impl Observer for Watcher {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Begin { name, index, total } => {
                self.title = match total {
                    1 => name.to_owned(),
                    _ => format!("{name} ({} of {total})", index + 1),
                };
                self.running_since = None;
                self.bar.reset();
                self.bar.set_prefix(self.title.clone());
                self.bar.set_message("building");
            }
            Event::Building {
                projection,
                index,
                total,
            } => {
                self.bar
                    .set_position(index as u64 * PARTS / total.max(1) as u64);
                self.bar.set_message(format!("connecting {projection}"));
            }
            Event::Running { done, total, dt } => self.running(done, total, dt),
            Event::Writing { file } => {
                let name = file
                    .file_name()
                    .map_or_else(Default::default, |n| n.to_string_lossy());
                self.bar.set_message(format!("writing {name}"));
            }
            _ => {}
        }
    }

    fn seconds(&self) -> f64 {
        self.clock.seconds()
    }

    fn peak_rss_mb(&self) -> Option<f64> {
        machine::peak_rss_mb()
    }

    fn interrupt(&self) -> Option<Arc<AtomicBool>> {
        Some(Arc::clone(&self.interrupt))
    }
}

/// A flag that Ctrl-C raises; the second Ctrl-C ends the process at once.
pub(crate) fn interrupt_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    let handler = move || {
        if raised.swap(true, Ordering::Relaxed) {
            #[expect(
                clippy::exit,
                reason = "the user insists, and the main thread does not answer"
            )]
            std::process::exit(Code::Run.number().into());
        }
    };
    // Without a handler Ctrl-C ends the process, which is what the system does anyway.
    let _unheard = ctrlc::set_handler(handler);
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_told_in_whole_units() {
        assert_eq!(seconds_left(0.2), "1 s");
        assert_eq!(seconds_left(61.5), "62 s");
        assert_eq!(seconds_left(100.0), "2 min");
    }
}
