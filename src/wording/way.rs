//! The way back from a unit of a phrase that was just heard to the phrase's beginning: is there one that is cheap
//! enough? Searched backwards, because the bounds of [`super::triggers`] end nearly every search after a unit or two.

use super::automaton::{Heard, across, crossing, own_cost};
use super::graph::{Form, Graph};
use std::collections::VecDeque;

/// Steps after which a search gives up and takes it that there is a way; what is asked then finds out.
const MOST_STEPS: u32 = 1_000;

/// What the units of a way may cost, counted from its end.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// What may be spent once this unit is reached from the end, less `total`: one for each node of the form.
    pub slack: &'a [f32],
    /// What is added to each `slack`.
    pub total: f32,
    /// What the whole way may cost.
    pub whole: f32,
}

impl Bounds<'_> {
    fn allow(&self, place: usize, cost: f32) -> bool {
        cost <= (self.total + self.slack[place]).min(self.whole)
    }
}

/// Whether a way through `form` may end with the unit at `place`, heard at `at`, within `bounds`.
pub fn arrives(
    graph: &Graph,
    form: &Form,
    heard: &VecDeque<Heard>,
    bounds: Bounds<'_>,
    place: usize,
    at: usize,
) -> bool {
    Search { graph, form, heard, bounds, steps: 0 }.heard_at(place, at, 0.0)
}

struct Search<'a> {
    graph: &'a Graph,
    form: &'a Form,
    heard: &'a VecDeque<Heard>,
    bounds: Bounds<'a>,
    steps: u32,
}

impl Search<'_> {
    /// Whether a way leads to node `place` with unit `at`, when what comes later costs `later`.
    fn heard_at(&mut self, place: usize, at: usize, later: f32) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return true;
        }
        let node = &self.graph.nodes(self.form)[place];
        let heard = &self.heard[at];
        let cost = later + own_cost(self.form, node, heard);
        if !self.bounds.allow(place, cost) {
            return false;
        }
        if node.first && (heard.clause_start || !self.form.at_start) {
            return true;
        }
        let cost = cost + crossing(node, heard.gap);
        let Some(last) = at.checked_sub(1).filter(|_| self.bounds.allow(place, cost)) else { return false };
        let graph = self.graph;
        graph.before(node).iter().any(|before| self.reached(*before as usize, last, cost))
    }

    /// Whether a way leads to node `place` and unit `at`, the last of which was heard, left out or put in.
    fn reached(&mut self, place: usize, at: usize, later: f32) -> bool {
        if self.heard_at(place, at, later) {
            return true;
        }
        let (graph, node) = (self.graph, &self.graph.nodes(self.form)[place]);
        let lost = later + node.left_out;
        if self.bounds.allow(place, lost)
            && (node.first || graph.before(node).iter().any(|before| self.reached(*before as usize, at, lost)))
        {
            return true;
        }
        let heard = &self.heard[at];
        let put_in = later + heard.inserted + across(heard.gap);
        // A gap has nodes of its own for what lies in it.
        node.symbol.is_some()
            && self.bounds.allow(place, put_in)
            && at.checked_sub(1).is_some_and(|last| self.reached(place, last, put_in))
    }
}
