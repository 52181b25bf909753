//! What a phrase that was found by its sound would have been, written out: 你肯定弄混了 where 你肯定梦混了 was written.
//! With it the model can be asked which of the two it hears ([`crate::speech::Transcriber::weigh`]).

use super::graph::{Form, Graph, Node};
use super::sound::Symbol;

/// Price of a unit that was put in, or that stands in a gap: dearer than one that is misheard, so that words are read as
/// the phrase's as far as they can be.
const BESIDE: f32 = 0.7;
/// Units of the phrase that may be left out one after the other.
const MOST_LEFT_OUT: usize = 3;
/// Units put in one after the other.
const MOST_PUT_IN: usize = 4;

/// For each of the units heard, the phrase's unit that stands there in the cheapest way through `form`; none where the
/// unit is no part of the phrase.
pub fn reading(graph: &Graph, form: &Form, heard: &[Symbol]) -> Vec<Option<String>> {
    let nodes = graph.nodes(form);
    let texts: Vec<Option<&str>> = nodes.iter().map(|node| graph.alphabet.text(node.symbol?)).collect();
    let symbols: Vec<Option<Symbol>> = texts.iter().map(|text| text.map(Symbol::new)).collect();
    let own = |node: usize, at: usize| match &symbols[node] {
        Some(symbol) if symbol.text == heard[at].text => 0.0,
        Some(symbol) => symbol.cost_of_other(&heard[at]),
        None => BESIDE,
    };
    let width = nodes.len();
    let mut best = vec![(f32::INFINITY, None); heard.len() * width];
    for at in 0..heard.len() {
        for node in 0..width {
            let mut found = (f32::INFINITY, None);
            for (before, left_out) in ways_to(graph, nodes, node) {
                match before {
                    None if at == 0 && left_out < found.0 => found = (left_out, None),
                    None => {}
                    Some(before) => {
                        for put_in in 0..=MOST_PUT_IN.min(at.saturating_sub(1)) {
                            let Some(last) = at.checked_sub(1 + put_in) else { break };
                            let place = last * width + before;
                            let cost = best[place].0 + left_out + BESIDE * put_in as f32;
                            if cost < found.0 {
                                found = (cost, Some(place));
                            }
                        }
                    }
                }
            }
            best[at * width + node] = (found.0 + own(node, at), found.1);
        }
    }
    let mut said = vec![None; heard.len()];
    let ends = (heard.len().saturating_sub(1) * width..best.len()).filter(|place| may_end(graph, nodes, place % width));
    let mut place = ends.min_by(|a, b| best[*a].0.total_cmp(&best[*b].0)).filter(|place| best[*place].0.is_finite());
    while let Some(here) = place {
        said[here / width] = texts[here % width].map(str::to_owned);
        place = best[here].1;
    }
    said
}

/// The nodes that `node` may follow, none for the beginning, with the price of what is left out between.
fn ways_to(graph: &Graph, nodes: &[Node], node: usize) -> Vec<(Option<usize>, f32)> {
    let mut ways = Vec::new();
    let mut edge = vec![(node, 0.0_f32)];
    for _ in 0..=MOST_LEFT_OUT {
        let mut next = Vec::new();
        for (here, price) in edge {
            if nodes[here].first {
                ways.push((None, price));
            }
            for before in graph.before(&nodes[here]) {
                let before = *before as usize;
                ways.push((Some(before), price));
                let price = price + nodes[before].left_out;
                if price.is_finite() {
                    next.push((before, price));
                }
            }
        }
        edge = next;
    }
    ways
}

/// Whether the phrase may end with `node`, which has been heard: what may follow can be left out.
fn may_end(graph: &Graph, nodes: &[Node], node: usize) -> bool {
    let light_end = |last: usize| {
        nodes[last].last && nodes[last].left_out.is_finite() && graph.before(&nodes[last]).contains(&(node as u32))
    };
    nodes[node].last || (node + 1..nodes.len()).any(light_end)
}
