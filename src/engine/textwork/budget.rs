//! Processor time for text that will change again, and the number of threads for text that will not.

/// Share of one core that speech to text may take on average while words are shown early; the other cores, and what is
/// left of this one, are for drawing, for the engine and for whatever else runs on an agent's machine. Less shows the words
/// of long clauses late.
pub const CORE_SHARE: f64 = 0.9;
/// The share where text has been behind already.
pub const CORE_SHARE_SPARING: f64 = 0.35;
/// What may be spent at once after a rest, and what a long window may at most be owed for, core seconds. Together
/// with the share this makes it an average over about ten seconds.
const CREDIT_S: f64 = 1.0;
const DEBT_S: f64 = 3.0;

/// Keeps an account of the core seconds spent: filled at the share, emptied by every window.
#[derive(Clone, Debug)]
pub struct CoreBudget {
    account_s: f64,
    at_s: f64,
}

impl Default for CoreBudget {
    fn default() -> Self {
        Self { account_s: CREDIT_S, at_s: 0.0 }
    }
}

impl CoreBudget {
    /// A window has taken `core_s` (time times threads).
    pub fn spend(&mut self, core_s: f64) {
        self.account_s = (self.account_s - core_s).max(-DEBT_S);
    }

    /// Whether a window that can wait may be heard at `now_s`, when `share` of a core is allowed.
    pub fn allows(&mut self, now_s: f64, share: f64) -> bool {
        let passed_s = (now_s - self.at_s).max(0.0);
        self.at_s = now_s;
        self.account_s = (self.account_s + passed_s * share).min(CREDIT_S);
        self.account_s > 0.0
    }
}

/// Hearing a window costs as much as this much more sound: the model's margin around a settled window.
const FIXED_COST_S: f64 = 5.0;
/// The further thread is worth it when it saves this share of the time.
const LEAST_GAIN: f64 = 0.2;
/// Windows heard with the usual threads before another is tried.
const LEAST_KNOWN: usize = 3;
/// How long after a failed try the next is made, seconds; doubled each time up to the second figure.
const TRY_AGAIN_S: [f64; 2] = [20.0, 320.0];
/// Weight of the newest window in the usual cost.
const NEWEST_WEIGHT: f64 = 0.3;

/// Finds out by trying whether one thread more than usual helps: never more threads than idle cores, and how many
/// cores are idle shows in nothing better than in the time that a window takes.
#[derive(Clone, Debug)]
pub struct ThreadChoice {
    usual: usize,
    most: usize,
    helps: bool,
    /// Time for a second of work with the usual threads, and windows that tell it.
    usual_cost: f64,
    best_cost: f64,
    known: usize,
    try_at_s: f64,
    pause_s: f64,
}

impl ThreadChoice {
    /// `usual` threads as a rule, `most` where that helps.
    pub fn new(usual: usize, most: usize) -> Self {
        Self {
            usual,
            most: most.max(usual).min(usual + 1),
            helps: false,
            usual_cost: 0.0,
            best_cost: f64::INFINITY,
            known: 0,
            try_at_s: 0.0,
            pause_s: TRY_AGAIN_S[0],
        }
    }

    /// Threads for text that will change again.
    pub fn usual(&self) -> usize {
        self.usual
    }

    /// Threads for the next window whose text will be settled. `calm`: nothing says that the machine is busy.
    pub fn next(&mut self, now_s: f64, calm: bool) -> usize {
        if !calm {
            self.helps = false;
            self.try_at_s = self.try_at_s.max(now_s + TRY_AGAIN_S[0]);
        }
        // A machine on which the usual threads have become slow has no core to spare.
        let steady = self.usual_cost <= self.best_cost * 1.3;
        let try_now = calm && steady && self.known >= LEAST_KNOWN && now_s >= self.try_at_s;
        if self.helps || try_now { self.most } else { self.usual }
    }

    /// A window of `audio_s` whose text is settled was heard by `threads` within `wall_s`.
    pub fn done(&mut self, now_s: f64, threads: usize, audio_s: f64, wall_s: f64) {
        if self.most == self.usual {
            return;
        }
        let cost = wall_s / (audio_s + FIXED_COST_S);
        if threads == self.usual {
            let weight = if self.known == 0 { 1.0 } else { NEWEST_WEIGHT };
            self.usual_cost += weight * (cost - self.usual_cost);
            self.best_cost = self.best_cost.min(self.usual_cost);
            self.known += 1;
            return;
        }
        let helped = cost < self.usual_cost * (1.0 - LEAST_GAIN);
        if helped {
            self.pause_s = TRY_AGAIN_S[0];
        } else {
            self.try_at_s = now_s + self.pause_s;
            self.pause_s = (self.pause_s * 2.0).min(TRY_AGAIN_S[1]);
        }
        self.helps = helped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_kept_and_a_rest_gives_credit_for_one_burst() {
        let mut budget = CoreBudget::default();
        let (mut now_s, mut spent_s, mut longest_gap_s, mut last_s) = (0.0, 0.0, 0.0_f64, 0.0);
        while now_s < 60.0 {
            if budget.allows(now_s, CORE_SHARE) {
                longest_gap_s = longest_gap_s.max(now_s - last_s);
                budget.spend(0.4);
                spent_s += 0.4;
                now_s += 0.4;
                last_s = now_s;
            } else {
                now_s += 0.04;
            }
        }
        assert!((spent_s / 60.0 - CORE_SHARE).abs() < 0.04, "{spent_s}");
        assert!(longest_gap_s < 0.5, "words must not stand still for {longest_gap_s} s");
        budget.spend(100.0);
        let worked_off_s = DEBT_S / CORE_SHARE;
        assert!(!budget.allows(now_s + worked_off_s - 0.5, CORE_SHARE));
        assert!(budget.allows(now_s + worked_off_s + 0.1, CORE_SHARE), "what is owed is bounded");
    }

    /// Windows of 3 s, one every 4 s, on a machine where a second thread makes `gain` of the time.
    fn threads(gain: impl Fn(f64) -> f64) -> Vec<usize> {
        let mut choice = ThreadChoice::new(1, 2);
        let hear = |index: usize| {
            let now_s = index as f64 * 4.0;
            let threads = choice.next(now_s, true);
            choice.done(now_s, threads, 3.0, if threads == 2 { 0.6 * gain(now_s) } else { 0.6 });
            threads
        };
        (0..100).map(hear).collect()
    }

    #[test]
    fn a_second_thread_stays_where_it_helps() {
        let used = threads(|_| 0.6);
        assert_eq!(used[..3], [1, 1, 1]);
        assert!(used[10..].iter().all(|&threads| threads == 2));
    }

    #[test]
    fn a_busy_machine_gets_one_thread_and_is_seldom_asked_again() {
        let used = threads(|_| 1.4);
        assert!(used.iter().filter(|&&threads| threads == 2).count() <= 6, "{used:?}");
        let changed = threads(|now_s| if now_s < 200.0 { 0.6 } else { 1.4 });
        assert_eq!((changed[45], changed[53]), (2, 1));
    }

    #[test]
    fn no_core_to_spare_means_no_trying() {
        let mut choice = ThreadChoice::new(4, 4);
        for index in 0..20 {
            assert_eq!(choice.next(f64::from(index) * 30.0, true), 4);
            choice.done(f64::from(index) * 30.0, 4, 3.0, 0.2);
        }
    }
}
