//! The way back from a unit of a phrase that was just heard to the phrase's beginning: is there one that is cheap
//! enough? Searched backwards, because the bounds of [`super::triggers`] end nearly every search after a unit or two.

use super::automaton::{crossing, own_cost};
use super::graph::{Form, Graph, Node};
use super::lately::PastUnit;

/// Steps after which a search gives up and takes it that there is a way; what is asked then finds out.
const MOST_STEPS: u32 = 1_000;

/// Whether a way through `form` may end with the unit at `place`, heard as the newest one of `past`, when all units
/// from a node on may cost what `most` says for it.
pub fn arrives(
    graph: &Graph,
    form: &Form,
    past: &[PastUnit<'_>],
    most: &[f32],
    dead_ends: &mut DeadEnds,
    place: usize,
) -> bool {
    let nodes = graph.nodes(form);
    dead_ends.clear(place + 1);
    Search { graph, form, nodes, past, most, dead_ends, steps: 0 }.heard_at(place, 0, 0.0)
}

/// Units back that dead ends are remembered for.
const REMEMBERED: usize = 32;

/// Nodes and units that no way leads to, with what comes later; many ways share their end.
#[derive(Debug, Default)]
pub struct DeadEnds {
    /// Number of the search and the lowest price of what comes later, for each node and unit.
    known: Vec<(u32, f32)>,
    search: u32,
}

impl DeadEnds {
    /// Begins a search among so many nodes.
    fn clear(&mut self, nodes: usize) {
        self.search += 1;
        self.known.resize(self.known.len().max(nodes * REMEMBERED), (0, 0.0));
    }

    fn holds(&self, place: usize, back: usize, later: f32) -> bool {
        let (search, lowest) = self.known[place * REMEMBERED + back.min(REMEMBERED - 1)];
        search == self.search && later >= lowest && back < REMEMBERED
    }

    fn add(&mut self, place: usize, back: usize, later: f32) {
        if back < REMEMBERED {
            self.known[place * REMEMBERED + back] = (self.search, later);
        }
    }
}

struct Search<'a> {
    graph: &'a Graph,
    form: &'a Form,
    nodes: &'a [Node],
    past: &'a [PastUnit<'a>],
    most: &'a [f32],
    dead_ends: &'a mut DeadEnds,
    steps: u32,
}

impl Search<'_> {
    /// Whether a way leads to node `place` with the unit `back` units ago, when what comes later costs `later`.
    fn heard_at(&mut self, place: usize, back: usize, later: f32) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return true;
        }
        let (node, heard) = (&self.nodes[place], &self.past[back]);
        let cost = later + own_cost(self.form, node, &heard.costs.all, heard.class);
        if cost > self.most[place] {
            return false;
        }
        if node.first && (heard.clause_start || !self.form.at_start) {
            return true;
        }
        let cost = cost + crossing(node, heard.gap);
        if back + 1 >= self.past.len() || cost > self.most[place] {
            return false;
        }
        let graph = self.graph;
        // What lies in a gap is cheaper than what is put in, so that the gap comes first.
        graph.before(node).iter().rev().any(|before| self.reached(*before as usize, back + 1, cost))
    }

    /// Whether a way leads to node `place` and the unit `back` units ago, the last of which was heard, left out or put
    /// in.
    fn reached(&mut self, place: usize, back: usize, later: f32) -> bool {
        if later > self.most[place] || self.dead_ends.holds(place, back, later) {
            return false;
        }
        let reached = self.heard_at(place, back, later)
            || self.left_out_at(place, back, later + self.nodes[place].left_out)
            || self.put_in_at(place, back, later + self.past[back].put_in);
        if !reached {
            self.dead_ends.add(place, back, later);
        }
        reached
    }

    /// Whether a way leads to node `place`, left out behind the unit `back` units ago, when that and what comes later
    /// costs `lost`.
    fn left_out_at(&mut self, place: usize, back: usize, lost: f32) -> bool {
        let (graph, node) = (self.graph, &self.nodes[place]);
        lost <= self.most[place]
            && (node.first || graph.before(node).iter().rev().any(|before| self.reached(*before as usize, back, lost)))
    }

    /// Whether a way leads to node `place` when the unit `back` units ago was put in behind it, and that and what comes
    /// later costs `put_in`.
    fn put_in_at(&mut self, place: usize, back: usize, put_in: f32) -> bool {
        // A gap has nodes of its own for what lies in it.
        self.nodes[place].symbol.is_some()
            && back + 1 < self.past.len()
            && put_in <= self.most[place]
            && self.reached(place, back + 1, put_in)
    }
}
