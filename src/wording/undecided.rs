//! Whether what is being said could still change the fate of a finding.
//!
//! This is asked only while a finding waits, of phrases that may have just begun. They sleep (a beginning alone
//! wakes nothing), so the few that two units in a row speak for ([`super::seeds`]) are looked at here.

use super::automaton::{Automaton, Heard, NOWHERE, Purpose, Token, budget, catch_up, reach, score_of, strictness};
use super::graph::{Form, Node};
use super::seeds::{self, Seed};
use std::collections::HashSet;
use std::sync::Arc;

impl Automaton {
    /// Whether something that is being heard could still change the fate of a finding of `subject` on the units from
    /// `start` to `end` with this `score`: an exception around it (`shield` true) or a better phrase.
    pub fn undecided(&mut self, subject: usize, start: u64, end: u64, score: f32, shield: bool) -> bool {
        if shield {
            let graph = Arc::clone(&self.graph);
            return graph.exceptions_of(subject).iter().any(|form| {
                self.begun(*form, |form, node, token| promises(form, node, token) && token.start <= start)
            });
        }
        let most = self.graph.reach.min(self.heard.len());
        // What began lately is likeliest to go on, so that the rest need not be looked at.
        let mut asked = HashSet::new();
        for back in 0..most {
            let forms = self.pairs_at(self.heard.len() - 1 - back);
            for &form in forms.iter() {
                let rival = &self.graph.forms[form as usize];
                let may_win = rival.purpose == Purpose::Phrase && f32::from(rival.longest) > score;
                if !may_win || back >= reach(rival, &self.heard) || !asked.insert(form) {
                    continue;
                }
                let wins = |form: &Form, node: &Node, token: &Token| {
                    promises(form, node, token)
                        && token.start <= end
                        && score_of(token.len + node.ahead, token.cost) > score
                };
                if self.begun(form, wins) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether a token of form `number` is as asked for.
    fn begun(&mut self, number: u32, matters: impl Fn(&Form, &Node, &Token) -> bool) -> bool {
        let mut tokens = std::mem::take(&mut self.begun);
        tokens.clear();
        if !self.heard.is_empty() {
            catch_up(&self.graph, number as usize, &self.heard, &mut self.scratch, &mut tokens, &mut Vec::new());
        }
        let form = &self.graph.forms[number as usize];
        let any = self.graph.nodes(form).iter().zip(&tokens).any(|(node, token)| matters(form, node, token));
        self.begun = tokens;
        any
    }

    /// The phrases that the unit at place `at` and one before it speak for; found once and remembered.
    fn pairs_at(&mut self, at: usize) -> Arc<[u32]> {
        if let Some(known) = &self.heard[at].begun {
            return Arc::clone(known);
        }
        let forms = self.paired(at);
        self.heard[at].begun = Some(Arc::clone(&forms));
        forms
    }

    /// The phrases of which two units were heard one after the other, the later one at place `at`.
    fn paired(&self, at: usize) -> Arc<[u32]> {
        let Some(last) = at.checked_sub(1).and_then(|last| self.heard.get(last)) else { return Arc::default() };
        let newest = &self.heard[at];
        let mut forms = Vec::new();
        for &symbol in &newest.costs.near {
            let own = newest.costs.all[symbol as usize];
            for seed in self.graph.seeds.of(symbol) {
                let near = own + last.costs.all[seed.before as usize] <= seed.most;
                if (near || last.filler || seed.gap > 0) && self.is_heard(at, seed, own) {
                    forms.push(seed.form);
                }
            }
        }
        forms.sort_unstable();
        forms.dedup();
        forms.into()
    }

    /// Whether the pair `seed` was heard and may be part of something; its later unit was heard at `newest`, for
    /// `own`.
    fn is_heard(&self, newest: usize, seed: &Seed, own: f32) -> bool {
        let limit = self.graph.forms[seed.form as usize].limit;
        let mut fillers = 0;
        for (between, heard) in self.heard.range(..newest).rev().enumerate() {
            let count = u16::try_from(between).unwrap_or(u16::MAX);
            if !seeds::may_lie_between(seed, own, count, fillers) {
                return false;
            }
            let cost = own + heard.costs.all[seed.before as usize];
            let earlier = |back: usize, symbol: u32| {
                let heard: &Heard = self.heard.get(newest.checked_sub(between + 1 + back)?)?;
                Some((heard.costs.all[symbol as usize], heard.filler))
            };
            if cost <= seed.most
                && seeds::may_lie_between(seed, cost, count, fillers)
                && self.graph.seeds.affordable(seed, cost, limit, earlier)
            {
                return true;
            }
            fillers += u16::from(heard.filler);
        }
        false
    }
}

/// Whether a token may come to something, judged by what was heard so far.
fn promises(form: &Form, node: &Node, token: &Token) -> bool {
    node.ahead > 0
        && token.cost < NOWHERE.cost
        && token.len >= 2
        && token.cost <= budget(token.len) * strictness(form.purpose)
}
