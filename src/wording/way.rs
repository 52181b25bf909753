//! The way back from a unit of a phrase that was just heard to the phrase's beginning: is there one that is cheap
//! enough? Searched backwards, because the bounds of [`super::triggers`] end nearly every search after a unit or two.

use super::automaton::{crossing, own_cost};
use super::graph::{Form, Graph, Node};
use super::lately::PastUnit;

/// Steps after which a search gives up and takes it that there is a way; what is asked then finds out.
const MOST_STEPS: u32 = 1_000;

/// Whether a way through `form` may end with the unit at `place`, heard as the newest one of `past`, when all units
/// from a node on may cost what `most` says for it.
pub fn arrives(graph: &Graph, form: &Form, past: &[PastUnit<'_>], most: &[f32], place: usize) -> bool {
    let nodes = graph.nodes(form);
    Search { graph, form, nodes, past, most, steps: 0 }.heard_at(place, 0, 0.0)
}

struct Search<'a> {
    graph: &'a Graph,
    form: &'a Form,
    nodes: &'a [Node],
    past: &'a [PastUnit<'a>],
    most: &'a [f32],
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
        graph.before(node).iter().any(|before| self.reached(*before as usize, back + 1, cost))
    }

    /// Whether a way leads to node `place` and the unit `back` units ago, the last of which was heard, left out or put
    /// in.
    fn reached(&mut self, place: usize, back: usize, later: f32) -> bool {
        if later > self.most[place] {
            return false;
        }
        if self.heard_at(place, back, later) {
            return true;
        }
        let (graph, node) = (self.graph, &self.nodes[place]);
        let lost = later + node.left_out;
        if lost <= self.most[place]
            && (node.first || graph.before(node).iter().any(|before| self.reached(*before as usize, back, lost)))
        {
            return true;
        }
        let put_in = later + self.past[back].put_in;
        // A gap has nodes of its own for what lies in it.
        node.symbol.is_some()
            && back + 1 < self.past.len()
            && put_in <= self.most[place]
            && self.reached(place, back + 1, put_in)
    }
}
