//! Whether what is being said could still change the fate of a finding.
//!
//! This is asked only while a finding waits, of phrases that may have just begun. They sleep (a beginning alone
//! wakes nothing), so the few of which a beginning was heard ([`super::triggers`]) are looked at here.

use super::automaton::{Automaton, Begun, NOWHERE, Token, budget, catch_up, reach, score_of, strictness};
use super::graph::{Form, Node};
use super::triggers::{Lately, ROUNDING};
use super::way::arrives;
use std::cmp::Reverse;
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
            let at = self.heard.len() - 1 - back;
            let number = self.heard[at].number;
            let begun = self.begun_at(at);
            for &Begun { form, units } in begun.iter() {
                let rival = &self.graph.forms[form as usize];
                let in_time = number < end + u64::from(units);
                let may_win = in_time && f32::from(rival.longest) > score;
                if !may_win || asked.contains(&form) || !self.may_last(rival, back) || back >= reach(rival, &self.heard)
                {
                    continue;
                }
                asked.insert(form);
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

    /// Whether a way into `form` that had come to the unit `back` units ago may still be open, judged by what each unit
    /// since then costs at least.
    fn may_last(&self, form: &Form, back: usize) -> bool {
        let nodes = self.graph.nodes(form);
        let mut least = self.heard.range(self.heard.len() - back..).map(|heard| {
            let own = nodes.iter().filter_map(|node| Some(heard.costs.all[node.symbol? as usize]));
            own.fold(heard.inserted, f32::min)
        });
        let most = form.limit + ROUNDING;
        if form.gaps == 0 {
            let mut spent = 0.0;
            return least.all(|cost| {
                spent += cost;
                spent <= most
            });
        }
        // What lies in gaps is as good as free: the dearest units, as many as fit.
        let Some(paid) = back.checked_sub(usize::from(form.gaps)) else { return true };
        let mut least: Vec<f32> = least.collect();
        least.sort_unstable_by(f32::total_cmp);
        least[..paid].iter().sum::<f32>() <= most
    }

    /// The phrases of which a beginning ends with the unit at place `at`, each once; found once and remembered.
    fn begun_at(&mut self, at: usize) -> Arc<[Begun]> {
        if let Some(known) = &self.heard[at].begun {
            return Arc::clone(known);
        }
        let (graph, heard) = (&self.graph, &self.heard);
        let mut lately = Lately::new(heard, at, graph.reach);
        let mut forms: Vec<Begun> = Vec::new();
        graph.beginnings.heard(&heard[at].costs, &mut lately, |trigger| {
            let form = &graph.forms[trigger.form as usize];
            if arrives(graph, form, heard, graph.beginnings.bounds(form, trigger), trigger.place as usize, at) {
                forms.push(Begun { form: trigger.form, units: trigger.units });
            }
        });
        forms.sort_unstable_by_key(|one| (one.form, Reverse(one.units)));
        forms.dedup_by_key(|one| one.form);
        let forms: Arc<[Begun]> = forms.into();
        self.heard[at].begun = Some(Arc::clone(&forms));
        forms
    }
}

/// Whether a token may come to something, judged by what was heard so far.
fn promises(form: &Form, node: &Node, token: &Token) -> bool {
    node.ahead > 0
        && token.cost < NOWHERE.cost
        && token.len >= 2
        && token.cost <= budget(token.len) * strictness(form.purpose)
}
