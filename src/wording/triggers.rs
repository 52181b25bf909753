//! What tells that a phrase may be complete soon, or may have begun, so that all others can sleep.
//!
//! Every way through a phrase of `l` units that counts costs at most [`budget`]`(l)`. Share that price out among some
//! of its units (`shares`), and nothing among the others. Then on every way that is cheap enough there is a unit with
//! a share for which this holds: it costs no more than its share, it and the unit before it together no more than
//! their shares, and so on back to the beginning (were it otherwise, each stretch would cost more than its shares, and
//! so would the whole; take the unit behind which the sum of prices less shares is lowest). So a phrase need not be
//! looked at before such a unit, its trigger, has been heard with all that must lie before it. This is the pigeonhole
//! principle of approximate string matching (Navarro and Raffinot 2002, chapter 6) in its prefix form (Qin and Xiao
//! 2018, "Pigeonring"), with prices in place of errors.
//!
//! For phrases that are complete, shares go to the units near the end, because most can be asked of what lies before
//! them: beginnings that many phrases have in common (您, 我们) wake nothing. For phrases that may have begun, shares
//! go from the first unit on, so that whatever may be spent so far is shared out at every unit.
//!
//! Triggers of one unit that want the same unit before them stand together and are passed over together; what is left
//! is followed back to the beginning ([`super::way`]). Nothing is lost by it: `automaton_tests` compares it with
//! looking at every phrase always.

use super::automaton::{INSERTED, as_required};
use super::graph::{Form, Graph, Node};
use super::lately::Lately;
use super::shares::{Plan, beginning, between, common, end};
use super::sound::REFUSED;
use super::way::arrives;

/// No trigger costs more.
pub const HIGHEST: f32 = 0.46;
/// Prices are sums of rounded numbers.
pub const ROUNDING: f32 = 1e-3;
/// More guards of a last or a first unit tell little more.
const MOST_GUARDS: (usize, usize) = (8, 3);
/// In place of the unit before, where there is none that must be.
const NO_UNIT: u32 = u32::MAX;

/// A unit of a phrase that may wake it.
#[derive(Clone, Copy, Debug)]
pub struct Trigger {
    /// The phrase.
    pub form: u32,
    /// Place of the unit among the nodes of the phrase.
    pub place: u32,
    /// Units that lie between the beginning and this one at most, both included.
    pub units: u16,
    /// What it may cost.
    most: f32,
    /// Added to the slack of a node, what all units from there to this one may cost.
    total: f32,
    /// What all units up to this one may cost.
    whole: f32,
    /// Units that every way to it goes through, the nearest first: a range of all [`Guard`]s.
    guards: (u32, u32),
    /// Behind these guards stand so many units of which every way to it begins with one; none where a guard does.
    begins: u32,
}

/// A unit of a phrase that every way to its trigger goes through, or one that a way may begin with.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Guard {
    symbol: u32,
    /// Its place among the nodes of the phrase.
    place: u32,
    /// Price of leaving it out.
    left_out: f32,
    /// What all units from it to the trigger may cost.
    most: f32,
    /// Most units from it to the trigger when nothing but fillers is put in.
    steps: u16,
    /// See [`Node`].
    required: bool,
}

impl Guard {
    /// The guard that `node`, which stands for `symbol`, is for a trigger `between` nodes behind it.
    fn new(node: &Node, symbol: u32, place: usize, between: u16, most: f32) -> Self {
        let steps = between + 1 + (most / INSERTED) as u16;
        Self { symbol, place: place as u32, left_out: node.left_out, most, steps, required: node.required }
    }

    /// The lowest price at which it may have been met before the newest unit, or less.
    fn cheapest(&self, lately: &mut Lately<'_>) -> f32 {
        as_required(self.required, lately.cheapest(self.symbol, self.steps)).min(self.left_out)
    }
}

/// Triggers that have the unit and the nearest guard in common.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// What the dearest of them may cost.
    most: f32,
    /// The guard, as little as any of them asks of it.
    guard: Guard,
    /// A range of all triggers.
    triggers: (u32, u32),
}

/// The triggers of all phrases, by their unit.
#[derive(Clone, Debug, Default)]
pub struct Triggers {
    /// Where the groups of each unit begin.
    starts: Vec<u32>,
    groups: Vec<Group>,
    triggers: Vec<Trigger>,
    guards: Vec<Guard>,
    /// For all nodes of the graph, see [`Trigger`].
    slack: Vec<f32>,
    /// Phrases without triggers, which must never sleep.
    pub restless: Vec<u32>,
}

impl Triggers {
    /// What tells that a phrase of `graph` may be complete soon.
    pub fn of_ends(graph: &Graph) -> Self {
        Self::new(graph, MOST_GUARDS.0, end)
    }

    /// What tells that a phrase of `graph`, but no exception, may have begun.
    pub fn of_beginnings(graph: &Graph) -> Self {
        Self::new(graph, MOST_GUARDS.1, beginning)
    }

    fn new(graph: &Graph, guards: usize, plan: impl Fn(&Graph, &Form) -> Option<Plan>) -> Self {
        let mut all = Self { slack: vec![0.0; graph.size()], ..Self::default() };
        let mut found: Vec<(u32, Trigger)> = Vec::new();
        for (number, form) in graph.forms.iter().enumerate() {
            match plan(graph, form) {
                Some(plan) => all.add(graph, number, &plan, guards, &mut found),
                None => all.restless.push(number as u32),
            }
        }
        all.arrange(found, graph.alphabet.len());
        all
    }

    fn add(&mut self, graph: &Graph, number: usize, plan: &Plan, guards: usize, found: &mut Vec<(u32, Trigger)>) {
        let form = &graph.forms[number];
        let nodes = graph.nodes(form);
        self.slack[form.nodes.clone()].copy_from_slice(&plan.slack);
        let through = common(graph, nodes);
        for share in &plan.shares {
            let Some(symbol) = nodes[share.place].symbol else { continue };
            let start = self.guards.len() as u32;
            let ways = between(graph, nodes, share.place);
            let guard =
                |at: usize, most: f32| Some(Guard::new(&nodes[at], nodes[at].symbol?, at, ways[at]?, most + ROUNDING));
            let most = |at: usize| (share.total + plan.slack[at]).min(share.whole);
            let nearest = through[share.place].iter().rev().filter_map(|&at| guard(at, most(at)));
            self.guards.extend(nearest.take(guards));
            let end = self.guards.len() as u32;
            let mut guarding = self.guards[start as usize..].iter().map(|guard| guard.place as usize);
            if !nodes[share.place].first && !guarding.any(|at| nodes[at].first) {
                let first = (0..share.place).filter(|at| nodes[*at].first);
                self.guards.extend(first.filter_map(|at| guard(at, share.whole)));
            }
            let trigger = Trigger {
                form: number as u32,
                place: share.place as u32,
                units: share.units,
                most: share.most + ROUNDING,
                total: share.total + ROUNDING,
                whole: share.whole + ROUNDING,
                guards: (start, end),
                begins: self.guards.len() as u32 - end,
            };
            found.push((symbol, trigger));
        }
    }

    /// Puts triggers that are asked for together side by side.
    fn arrange(&mut self, mut found: Vec<(u32, Trigger)>, symbols: usize) {
        let nearest = |trigger: &Trigger| self.guards[trigger.guards.0 as usize..trigger.guards.1 as usize].first();
        let by_unit = |trigger: &Trigger| nearest(trigger).map_or((NO_UNIT, 0), |guard| (guard.symbol, guard.steps));
        found.sort_by_key(|(symbol, trigger)| (*symbol, by_unit(trigger), trigger.form));
        let mut starts = vec![0; symbols + 1];
        let mut groups: Vec<Group> = Vec::new();
        let mut last = None;
        for (place, (symbol, trigger)) in found.iter().enumerate() {
            let guard = nearest(trigger).copied().unwrap_or(NO_GUARD);
            let end = place as u32 + 1;
            let kind = Some((*symbol, by_unit(trigger)));
            match groups.last_mut().filter(|_| last == kind) {
                Some(group) => {
                    let known = &mut group.guard;
                    known.most = known.most.max(guard.most);
                    known.left_out = known.left_out.min(guard.left_out);
                    group.most = group.most.max(trigger.most);
                    group.triggers.1 = end;
                }
                None => {
                    starts[*symbol as usize + 1] += 1;
                    groups.push(Group { most: trigger.most, guard, triggers: (place as u32, end) });
                }
            }
            last = kind;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        (self.starts, self.groups) = (starts, groups);
        // Guards lie in memory in the order in which they are asked for.
        let guards = std::mem::take(&mut self.guards);
        for (_, trigger) in &mut found {
            let (start, end) = trigger.guards;
            let moved = self.guards.len() as u32;
            self.guards.extend_from_slice(&guards[start as usize..end as usize + trigger.begins as usize]);
            trigger.guards = (moved, moved + (end - start));
        }
        self.triggers = found.into_iter().map(|(_, trigger)| trigger).collect();
    }

    /// Whether a way to `trigger`, which was heard with the newest unit and the first unit of which costs at least
    /// `begins`, is cheap enough.
    fn is_reached(&self, graph: &Graph, trigger: &Trigger, begins: f32, lately: &mut Lately<'_>) -> bool {
        let form = &graph.forms[trigger.form as usize];
        // What lies behind the beginning or a guard can cost only what that leaves.
        let mut left = trigger.whole - begins;
        let slack = &self.slack[form.nodes.start..=form.nodes.start + trigger.place as usize];
        let nodes = graph.nodes(form);
        let bound = |place: usize, left: f32| {
            (trigger.total + slack[place]).min(if nodes[place].first { trigger.whole } else { left })
        };
        let mut most = std::mem::take(&mut lately.most);
        most.clear();
        for guard in self.guards[trigger.guards.0 as usize..trigger.guards.1 as usize].iter().rev() {
            most.extend((most.len()..=guard.place as usize).map(|place| bound(place, left)));
            left = most.last().copied().unwrap_or(left) - guard.cheapest(lately);
        }
        most.extend((most.len()..slack.len()).map(|place| bound(place, left)));
        let arrived = arrives(graph, form, lately.past, &most, trigger.place as usize);
        lately.most = most;
        arrived
    }

    /// Hands over the triggers that are heard with the newest unit of `lately` and have a cheap enough way to them, of
    /// all `wanted` phrases.
    pub fn heard(
        &self,
        graph: &Graph,
        lately: &mut Lately<'_>,
        wanted: impl Fn(&Form) -> bool,
        mut each: impl FnMut(&Trigger),
    ) {
        let Some(newest) = lately.past.first().map(|newest| newest.costs) else { return };
        for &symbol in &newest.near {
            let own = newest.all[symbol as usize];
            let groups = self.starts[symbol as usize] as usize..self.starts[symbol as usize + 1] as usize;
            for group in &self.groups[groups] {
                let open = own <= group.most
                    && (group.guard.symbol == NO_UNIT || own + group.guard.cheapest(lately) <= group.guard.most);
                if open {
                    let triggers = &self.triggers[group.triggers.0 as usize..group.triggers.1 as usize];
                    for trigger in triggers {
                        if let Some(begins) = self.opens(trigger, own, lately)
                            && wanted(&graph.forms[trigger.form as usize])
                            && self.is_reached(graph, trigger, begins, lately)
                        {
                            each(trigger);
                        }
                    }
                }
            }
        }
    }

    /// Whether `trigger`, which was heard for `own`, may be part of something that counts, judged by its guards: what
    /// the first unit of a way to it costs at least.
    fn opens(&self, trigger: &Trigger, own: f32, lately: &mut Lately<'_>) -> Option<f32> {
        if own > trigger.most {
            return None;
        }
        let (start, end) = (trigger.guards.0 as usize, trigger.guards.1 as usize);
        let mut total = own;
        let guarded = self.guards[start..end].iter().all(|guard| {
            total += guard.cheapest(lately);
            total <= guard.most
        });
        if !guarded || trigger.begins == 0 {
            return guarded.then_some(0.0);
        }
        let first = self.guards[end..end + trigger.begins as usize].iter();
        let begins = first.map(|guard| guard.cheapest(lately)).fold(REFUSED, f32::min);
        (total + begins <= trigger.whole).then_some(begins)
    }
}

/// Stands for the nearest guard of a trigger that has none.
const NO_GUARD: Guard = Guard { symbol: NO_UNIT, place: 0, left_out: 0.0, most: 0.0, steps: 0, required: false };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::automaton::Purpose;
    use crate::wording::phrase::Phrase;

    fn ends(source: &str) -> (Graph, Triggers) {
        let phrase = Phrase::parse(source).expect("valid");
        let graph = Graph::new([(0, Purpose::Phrase, 0, &phrase)], []);
        let ends = graph.ends.clone();
        (graph, ends)
    }

    #[test]
    fn a_phrase_wakes_near_its_end() {
        for (source, count) in [("天地人山", 1), ("天地人山水", 2), ("天地人山水火木金", 3), ("天地人[山|水](火)", 3)]
        {
            let (_, found) = ends(source);
            assert_eq!(found.triggers.len(), count, "{source}");
            assert!(found.restless.is_empty(), "{source}");
        }
    }

    #[test]
    fn guards_are_what_every_way_goes_through() {
        let (graph, found) = ends("天(地)人…山水");
        let last = found.triggers.iter().find(|trigger| trigger.place as usize + 1 == graph.size());
        let (first, end) = last.expect("the last unit").guards;
        let seen: Vec<(u32, u16)> =
            found.guards[first as usize..end as usize].iter().map(|guard| (guard.symbol, guard.steps)).collect();
        // 天 0, 地 1, 人 2, 山 3, 水 4.
        assert_eq!(seen, [(3, 1), (2, 6), (0, 8)]);
    }

    #[test]
    fn triggers_that_want_the_same_unit_before_them_stand_together() {
        let phrases =
            ["我们公司的规定", "他们公司的规定", "我们的决定"].map(|source| Phrase::parse(source).expect("valid"));
        let graph = Graph::new(phrases.iter().enumerate().map(|(at, phrase)| (at, Purpose::Phrase, 0, phrase)), []);
        // 规定 twice, 决定 once.
        let last = graph.forms[0].nodes.len() as u32 - 1;
        let groups = graph.ends.starts[last as usize]..graph.ends.starts[last as usize + 1];
        let sizes: Vec<u32> = graph.ends.groups[groups.start as usize..groups.end as usize]
            .iter()
            .map(|group| group.triggers.1 - group.triggers.0)
            .collect();
        assert_eq!(sizes, [2, 1]);
    }
}
