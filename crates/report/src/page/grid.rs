//! Where boxes stand: layers from left to right, so that every pair runs forward; in each layer one below the other.
//!
//! A box's layer is the longest way to it. Heights are in quarters of a row, whole numbers: boxes of one layer are a
//! row apart at least. Each wants to stand at the middle of those it is joined to; of all placements that keep the
//! order and the distance, a layer takes the one nearest to its wishes (pool adjacent violators).
//!
//! # What always holds
//!
//! A pair's second box has a greater layer than its first. No two boxes of a layer are less than [`ROW`] apart. The same input gives
//! the same places.

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};

/// The height of a row.
pub(super) const ROW: i64 = 4;
/// How often layers are put in order, forward and back.
const SWEEPS: usize = 7;

/// One entry a box in each array.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) layer: Vec<u32>,
    /// From 0 on, in quarters of a row.
    pub(super) height: Vec<i64>,
}

/// Places boxes that are joined by these pairs, which have no cycle and stand there once each.
///
/// # Cost
/// **O(n log n)** for n boxes and pairs.
///
/// # Panics
/// Where the pairs have a cycle.
pub(super) fn place(boxes: usize, pairs: &[(u32, u32)]) -> Grid {
    let layer = layers(boxes, pairs);
    let deepest = layer.iter().max().copied().unwrap_or(0) as usize;
    let mut of_layer: Vec<Vec<u32>> = vec![Vec::new(); deepest + 1];
    for (number, &layer) in (0..).zip(&layer) {
        of_layer[layer as usize].push(number);
    }
    let mut near: [Vec<Vec<u32>>; 2] = [vec![Vec::new(); boxes], vec![Vec::new(); boxes]];
    for &(from, to) in pairs {
        near[0][to as usize].push(from);
        near[1][from as usize].push(to);
    }
    let mut height = vec![0_i64; boxes];
    for members in &of_layer {
        (0..).zip(members).for_each(|(at, &member)| height[member as usize] = at * ROW);
    }
    for sweep in 0..SWEEPS {
        let backward = sweep % 2 == 1;
        for at in 0..of_layer.len() {
            let at = if backward { deepest - at } else { at };
            settle(&mut of_layer[at], &near[usize::from(backward)], &mut height);
        }
    }
    let least = height.iter().min().copied().unwrap_or(0);
    height.iter_mut().for_each(|height| *height -= least);
    Grid { layer, height }
}

fn layers(boxes: usize, pairs: &[(u32, u32)]) -> Vec<u32> {
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(boxes, pairs.len());
    (0..boxes).for_each(|_| {
        graph.add_node(());
    });
    for &(from, to) in pairs {
        graph.add_edge(NodeIndex::new(from as usize), NodeIndex::new(to as usize), ());
    }
    let order = toposort(&graph, None).expect("visits and folds have no cycle");
    let mut layer = vec![0; boxes];
    for from in order {
        for to in graph.neighbors(from) {
            layer[to.index()] = layer[to.index()].max(layer[from.index()] + 1);
        }
    }
    layer
}

/// Puts one layer in order and in place, by the heights of those that its boxes are joined to on one side.
fn settle(members: &mut [u32], near: &[Vec<u32>], height: &mut [i64]) {
    let wish = |member: u32| {
        let near = &near[member as usize];
        let sum: i64 = near.iter().map(|&it| height[it as usize]).sum();
        let count = i64::try_from(near.len()).expect("fewer than boxes");
        if count == 0 { height[member as usize] } else { sum.div_euclid(count) }
    };
    let mut wishes: Vec<(i64, i64, u32)> =
        members.iter().map(|&member| (wish(member), height[member as usize], member)).collect();
    wishes.sort_unstable();
    // Wishes less the distance that those before need: then order alone is asked for.
    let mut pools: Vec<(i64, i64)> = Vec::new();
    for (at, wish) in (0_i64..).zip(&wishes) {
        pools.push((wish.0 - at * ROW, 1));
        while let [.., (sum, count), (last, of_last)] = pools[..] {
            if sum * of_last <= last * count {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push((sum + last, count + of_last));
        }
    }
    let middles = pools.iter().flat_map(|&(sum, count)| (0..count).map(move |_| sum.div_euclid(count)));
    for ((at, place), (slot, wish)) in (0_i64..).zip(middles).zip(members.iter_mut().zip(&wishes)) {
        *slot = wish.2;
        height[wish.2 as usize] = place + at * ROW;
    }
}

#[cfg(test)]
mod tests {
    use super::{ROW, place};

    #[test]
    fn layers_follow_the_longest_way() {
        let grid = place(4, &[(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)]);
        assert_eq!(grid.layer, [0, 1, 2, 3]);
    }

    #[test]
    fn a_payer_stands_at_the_middle_of_those_it_pays() {
        let grid = place(4, &[(0, 1), (0, 2), (0, 3)]);
        assert_eq!(grid.height, [ROW, 0, ROW, 2 * ROW]);
    }
}
