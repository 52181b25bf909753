//! Numbers flags and follows the conditions behind them from their beginning to their end.

use crate::session::event::{Flag, FlagKind, SessionEvent, Severity};
use crate::time::{SampleTime, Span};

/// What a flag says, before it has a number.
pub struct Finding {
    pub kind: FlagKind,
    pub rule: &'static str,
    pub severity: Severity,
    pub measured: f32,
    pub threshold: f32,
}

/// A flag that is still going on.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    pub id: u32,
    pub severity: Severity,
}

/// A condition that must hold before it becomes a flag.
#[derive(Clone, Copy, Debug, Default)]
pub struct Condition {
    since: Option<SampleTime>,
    open: Option<Open>,
}

/// When a condition was looked at: the window it speaks of, the stream time, and for how much sound it must hold.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub window: Span,
    pub at: SampleTime,
    pub hold_samples: u64,
}

/// Gives flags their numbers.
#[derive(Clone, Debug, Default)]
pub struct FlagWriter {
    next_id: u32,
}

impl FlagWriter {
    /// The number of the next flag.
    pub fn next_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Raises a flag.
    pub fn raise(&mut self, finding: &Finding, span: Span, at: SampleTime, out: &mut Vec<SessionEvent>) -> Open {
        self.raise_with_text(finding, span, at, String::new(), out)
    }

    /// Raises a flag about certain words.
    pub fn raise_with_text(
        &mut self,
        finding: &Finding,
        span: Span,
        raised_at: SampleTime,
        text: String,
        out: &mut Vec<SessionEvent>,
    ) -> Open {
        let id = self.next_id();
        out.push(SessionEvent::Flag(Flag {
            id,
            kind: finding.kind,
            rule: finding.rule.to_owned(),
            span,
            raised_at: raised_at.max(span.start),
            severity: finding.severity,
            measured: Some(finding.measured),
            threshold: Some(finding.threshold),
            text,
            reason: String::new(),
            suggestion: String::new(),
        }));
        Open { id, severity: finding.severity }
    }

    /// Opens, grows, worsens or ends the flag of a condition that holds (`Some(finding)`) or not; `still` keeps an
    /// open one open.
    pub fn follow(
        &mut self,
        condition: &mut Condition,
        finding: Option<Finding>,
        still: bool,
        when: When,
        out: &mut Vec<SessionEvent>,
    ) {
        let end = when.window.end;
        match (finding, condition.open) {
            (Some(finding), None) => {
                let since = *condition.since.get_or_insert(end);
                if end - since >= when.hold_samples {
                    condition.open = Some(self.raise(&finding, when.window, when.at, out));
                }
            }
            (Some(finding), Some(open)) => {
                if finding.severity > open.severity {
                    let Finding { severity, measured, threshold, .. } = finding;
                    out.push(SessionEvent::FlagWorse { id: open.id, severity, measured, threshold });
                    condition.open = Some(Open { severity, ..open });
                }
                out.push(SessionEvent::FlagClosed { id: open.id, end });
            }
            (None, Some(open)) if still => out.push(SessionEvent::FlagClosed { id: open.id, end }),
            (None, _) => *condition = Condition::default(),
        }
    }
}
