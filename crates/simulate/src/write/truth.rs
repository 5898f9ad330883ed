//! `truth/`: what a trace may not read, and a score is computed from.

use super::Order;
use super::file::Lines;
use super::folder::Folder;
use super::labels::{exchange_name, exchange_of};
use crate::chain::block_time;
use crate::coin::Coin;
use crate::error::Error;
use crate::party::{Kind, Party, address, transaction_hash};
use crate::truth::{Link, Outcome, Spot};
use std::collections::BTreeMap;

/// Writes what belongs together, as it comes.
#[derive(Debug)]
pub(super) struct Links {
    seed: u64,
    swaps: Lines,
    mixers: Lines,
    bridges: Lines,
}

impl Links {
    pub(super) fn begin(folder: &Folder, seed: u64) -> Result<Self, Error> {
        let file = |name: &str, header| Lines::create(&folder.path(&format!("truth/{name}.csv")), header);
        Ok(Self {
            seed,
            swaps: file(
                "swaps",
                "chain,transaction_hash,address,sold_asset,sold_amount,bought_asset,bought_amount",
            )?,
            mixers: file("mixers", "mixer,deposit_hash,depositor,withdrawal_hash,recipient,relayer")?,
            bridges: file(
                "bridges",
                "departure_hash,from_address,left_asset,left_amount,arrival_hash,to_address,arrived_asset,arrived_amount",
            )?,
        })
    }

    pub(super) fn link(&mut self, link: &Link) -> Result<(), Error> {
        let seed = self.seed;
        let hash = |number: u64| transaction_hash(seed, number);
        match *link {
            Link::Swap { transaction, account, sold, sold_units, bought, bought_units } => {
                let lines = &mut self.swaps;
                lines.text(sold.chain().name()).comma().hex(&hash(transaction)).comma();
                lines.hex(&address(seed, account)).comma();
                amount(lines, sold, sold_units).comma();
                amount(lines, bought, bought_units).end()
            }
            Link::Mix { pool, deposit, depositor, withdrawal } => {
                let lines = &mut self.mixers;
                lines.hex(&address(seed, pool)).comma().hex(&hash(deposit)).comma();
                lines.hex(&address(seed, depositor));
                match withdrawal {
                    Some((number, recipient, relayer)) => {
                        lines.comma().hex(&hash(number)).comma().hex(&address(seed, recipient));
                        lines.comma().hex(&address(seed, relayer)).end()
                    }
                    None => lines.text(",,,").end(),
                }
            }
            Link::Bridge { departure, from, left, left_units, arrival, to, arrived, arrived_units } => {
                let lines = &mut self.bridges;
                lines.hex(&hash(departure)).comma().hex(&address(seed, from)).comma();
                amount(lines, left, left_units).comma();
                if let Some(number) = arrival {
                    lines.hex(&hash(number));
                }
                lines.comma().hex(&address(seed, to)).comma();
                amount(lines, arrived, arrived_units).end()
            }
        }
    }

    pub(super) fn finish(self) -> Result<(), Error> {
        self.swaps.finish()?;
        self.mixers.finish()?;
        self.bridges.finish()
    }
}

/// An asset, and how much of it in base units.
fn amount(lines: &mut Lines, coin: Coin, units: u64) -> &mut Lines {
    lines.text(&coin.asset()).comma().wide(coin.base_units(units))
}

/// Writes what is known in the end.
pub(super) fn write(folder: &Folder, order: &Order<'_>, outcome: &Outcome) -> Result<(), Error> {
    accounts(folder, order, outcome)?;
    spots(folder, order, outcome, "stolen", |theft| &theft.ends)?;
    spots(folder, order, outcome, "first_stops", |theft| &theft.first_stops)?;
    let seed = order.scope.seed;
    let file = |name: &str, header| Lines::create(&folder.path(&format!("truth/{name}.csv")), header);
    let mut touched = file("touched", "theft,address,kind,role")?;
    let mut thefts = file("thefts", "theft,seed,since")?;
    let mut sums = file("sums", "theft,asset,taken,converted_in,converted_out,resting,difference")?;
    for theft in &outcome.thefts {
        thefts.text(&theft.id).comma().hex(&address(seed, theft.seed)).comma();
        thefts.number(block_time(theft.tick)).end()?;
        for &(party, role) in &theft.touched {
            touched.text(&theft.id).comma().hex(&address(seed, party)).comma();
            touched.text(party.kind().name()).comma().text(role.name()).end()?;
        }
        for (coin, sum) in &theft.sums {
            let units = |units: u64| coin.base_units(units);
            let left = (sum.taken + sum.converted_in).abs_diff(sum.converted_out + sum.resting);
            sums.text(&theft.id).comma().text(&coin.asset()).comma().wide(units(sum.taken)).comma();
            sums.wide(units(sum.converted_in)).comma().wide(units(sum.converted_out)).comma();
            sums.wide(units(sum.resting)).comma().wide(units(left)).end()?;
        }
    }
    let mut coins = file("coins", "asset,decimals,price_micro_usd")?;
    for coin in Coin::all() {
        coins.text(&coin.asset()).comma().number(u64::from(coin.decimals())).comma();
        coins.number(coin.price()).end()?;
    }
    [touched, thefts, sums, coins].into_iter().try_for_each(Lines::finish)
}

fn accounts(folder: &Folder, order: &Order<'_>, outcome: &Outcome) -> Result<(), Error> {
    let seed = order.scope.seed;
    let exchanges = order.parameters.economy.exchanges;
    let path = folder.path("truth/accounts.csv");
    let mut lines = Lines::create(&path, "address,kind,owner,exchange")?;
    for party in outcome.parties() {
        if party.kind() == Kind::Zero {
            continue;
        }
        lines.hex(&address(seed, party)).comma().text(party.kind().name()).comma();
        match party.kind() {
            Kind::Deposit if party.number() < outcome.wallets => lines.text("person-").number(party.number()),
            Kind::Deposit if party.number() >= 1 << 40 => lines.text("launderer"),
            Kind::Deposit => lines.text("business"),
            kind => lines.text(kind.name()).text("-").number(party.number()),
        };
        lines.comma();
        if matches!(party.kind(), Kind::Deposit | Kind::Hot | Kind::Cold | Kind::GasStation) {
            lines.text(&exchange_name(exchange_of(seed, party, exchanges)));
        }
        lines.end()?;
    }
    lines.finish()
}

fn spots(
    folder: &Folder,
    order: &Order<'_>,
    outcome: &Outcome,
    name: &str,
    of: impl Fn(&crate::truth::TheftTruth) -> &BTreeMap<Spot, u64>,
) -> Result<(), Error> {
    let seed = order.scope.seed;
    let exchanges = order.parameters.economy.exchanges;
    let path = folder.path(&format!("truth/{name}.csv"));
    let mut lines = Lines::create(&path, "theft,address,asset,place,exchange,through,amount")?;
    for theft in &outcome.thefts {
        for (spot, &units) in of(theft) {
            lines.text(&theft.id).comma();
            if spot.party != Party::ZERO {
                lines.hex(&address(seed, spot.party));
            }
            lines.comma().text(&spot.coin.asset()).comma().text(spot.place.name()).comma();
            if spot.party.kind() == Kind::Deposit {
                lines.text(&exchange_name(exchange_of(seed, spot.party, exchanges)));
            }
            lines.comma().text(&spot.through.words()).comma().wide(spot.coin.base_units(units)).end()?;
        }
    }
    lines.finish()
}
