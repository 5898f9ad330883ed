"""The theft and its laundering, step by step in time order, from what existed before to the last deposit."""

from book import DAY, GAS, HOUR, MINUTE, REAL_HASH, STOLEN, TOKEN, ZERO, Dice, account, at, units


def openings(book):
    """What the exchanges, the pools, the bridge and the thief hold before the theft."""
    early = at("2022-06-05 08:00")
    binance = account("binance hot", "hot wallet of Binance (Binance 14)")
    huobi = account("huobi hot", "hot wallet of Huobi (Huobi 1)")
    pool = account("dex pool", "stands for the Uniswap pools in which the tokens were sold")
    account("dex router", "stands for a Uniswap router: what enters leaves in the same transaction")
    tornado = account("tornado 100", "Tornado Cash, pool of 100-ETH notes")
    account("railgun", "RAILGUN relay contract, as named in public code")
    for holder, amount, symbol in [
        (binance, "150000", "ETH"), (binance, "80000000", "USDT"), (binance, "80000000", "USDC"),
        (binance, "5000000", "DAI"), (huobi, "60000", "ETH"), (huobi, "40000000", "USDT"),
        (huobi, "40000000", "USDC"), (pool, "90000", "ETH"), (pool, "3000000", "USDC"), (tornado, "4000", "ETH"),
    ]:
        book.open(early, holder, units(amount, symbol), symbol)
        early += 7 * MINUTE
    fill_bridges(book)
    for name, role in [("exploiter 1", "receives everything that is stolen; seed"),
                       ("exploiter 2", "sells USDC and USDT; seed"), ("exploiter 3", "sells the rest; seed")]:
        funder = account("gas funder", "clean ETH for the thief's first fees, before the theft")
        if book.of(funder) == 0:
            book.pay(at("2022-06-20 09:02"), binance, funder, units("3.2"))
        book.pay(at("2022-06-21 04:10") + 9 * MINUTE * int(name[-1]), funder, account(name, role), units("0.9"))


def tell(book):
    """The theft and all that follows; returns the two exchanges."""
    theft(book)
    split_tokens(book)
    swap_tokens(book)
    rest_tokens(book)
    first_laundry(book)
    peel(book)
    binance, huobi = Exchange(book, "Binance"), Exchange(book, "Huobi")
    second_laundry(book, binance, huobi)
    third_laundry(book, binance, huobi)
    token_deposits(book, binance, huobi)
    return binance, huobi


def fill_bridges(book):
    """Eight invented users put into the bridge what is stolen later, and a little more that stays."""
    dice, binance = Dice("bridge"), account("binance hot")
    users = [account(f"bridge user {n}", "locks coins in the Harmony bridge before the theft") for n in range(1, 9)]
    account("multisig", "2-of-5 owner contract of the bridge")
    for name in ("signer 1", "signer 2"):
        signer = account(name, "compromised owner key of the multisig; sends the thefts in this sample")
        book.pay(at("2022-06-09 10:15"), binance, signer, units("2"))
    when = at("2022-06-06 12:00")
    for symbol, total in STOLEN.items():
        bridge = account("bridge " + (symbol if symbol in ("ETH", "BUSD") else "ERC20"), "Harmony bridge contract")
        left = units(total, symbol) + units("3.75", symbol)
        for n, user in enumerate(users):
            part = left if n == 7 else left * dice.between(20, 180) // (100 * (8 - n))
            left, when = left - part, when + dice.between(20, 90) * MINUTE
            if symbol == "ETH":
                book.pay(when, binance, user, part + units("0.5"))
                book.pay(when + HOUR, user, bridge, part, gas="pull")
            else:
                book.open(when, user, part, symbol)
                book.call(when + HOUR, user, bridge, [(user, bridge, symbol, part, "token")], "pull")


def theft(book):
    """23 June 2022, 11:06 to 11:26 UTC: the multisig makes the bridge pay exploiter 1."""
    thief, multisig = account("exploiter 1"), account("multisig")
    drains = [  # the hour and the hashes are real, the minutes are not
        ("11:06:05", "ETH", "13100", "ETH out"), ("11:08:10", "USDC", "41200000", "USDC out"),
        ("11:11:05", "USDT", "4981000", None), ("11:13:20", "USDT", "5000000", None),
        ("11:16:40", "DAI", "6000000", None), ("11:20:15", "WBTC", "592", None),
        ("11:24:30", "BUSD", "5500000", "BUSD out"),
    ]
    for n, (clock, symbol, amount, known) in enumerate(drains):
        bridge = account("bridge " + (symbol if symbol in ("ETH", "BUSD") else "ERC20"))
        moved = (bridge, thief, symbol, units(amount, symbol), "internal" if symbol == "ETH" else "token")
        book.call(at("2022-06-23 " + clock), account(f"signer {1 + n % 2}"), multisig, [moved], "bridge",
                  real_hash=REAL_HASH.get(known))


def split_tokens(book):
    """Exploiter 1 hands all tokens to wallets 2 and 3; all but the two USDT transfers are invented."""
    one, two, three = (account(f"exploiter {n}") for n in (1, 2, 3))
    day = "2022-06-23 "
    book.send(at(day + "11:41"), one, two, "USDT", units("4981000", "USDT"), real_hash=REAL_HASH["USDT 1 to 2, first"])
    book.send(at(day + "11:44"), one, two, "USDT", units("5000000", "USDT"), real_hash=REAL_HASH["USDT 1 to 2, second"])
    book.send(at(day + "11:48"), one, two, "USDC", units("25000000", "USDC"))
    book.send(at(day + "11:52"), one, three, "USDC", units("16200000", "USDC"))
    book.send(at(day + "11:57"), one, three, "DAI", units("6000000", "DAI"))
    book.send(at(day + "12:01"), one, three, "BUSD", units("5500000", "BUSD"))
    book.send(at(day + "12:06"), one, three, "WBTC", units("592", "WBTC"))


def swap_tokens(book):
    """Sales for ETH, three shapes: through the router (it nets), tokens past the router, straight at the pool.

    The tokens end at the pool. The ETH comes back in the same transaction: the seed's own conversion.
    """
    router, pool, dice = account("dex router"), account("dex pool"), Dice("swap")
    sales = [("exploiter 2", "USDC", "3800000", 6), ("exploiter 3", "USDC", "3800000", 4),
             ("exploiter 2", "USDT", "2727000", 3), ("exploiter 3", "WBTC", "125", 4),
             ("exploiter 3", "DAI", "2500000", 2), ("exploiter 3", "BUSD", "2650000", 2)]
    when = at("2022-06-23 12:30")
    for number, (seller, symbol, lot, times) in enumerate(sales):
        seller, sold = account(seller), units(lot, symbol)
        for _ in range(times):
            when += dice.between(6, 14) * MINUTE
            rate = 18_412_000 - dice.below(90_000) if symbol == "WBTC" else 889 - dice.below(9)  # micro-ETH a token
            bought = sold * 10 ** (18 - TOKEN[symbol][1]) * rate // 1_000_000
            if number % 3 == 0:
                rows = [(seller, router, symbol, sold, "token"), (router, pool, symbol, sold, "token"),
                        (pool, router, "ETH", bought, "internal"), (router, seller, "ETH", bought, "internal")]
            elif number % 3 == 1:
                rows = [(seller, pool, symbol, sold, "token"), (pool, router, "ETH", bought, "internal"),
                        (router, seller, "ETH", bought, "internal")]
            else:
                rows = [(seller, pool, symbol, sold, "token"), (pool, seller, "ETH", bought, "internal")]
            book.call(when, seller, pool if number % 3 == 2 else router, rows, "swap")


def rest_tokens(book):
    """What is not sold: resting places, a vault, a bridge, and the start of two ways to exchanges."""
    two, three = account("exploiter 2"), account("exploiter 3")
    vault = account("lending vault", "DeFi contract that takes DAI")
    bridge = account("wbtc bridge", "bridge to another chain; its far side is not in the file")
    rest = {s: account(f"{s.lower()} rest", f"self-custody wallet in which stolen {s} rests")
            for s in ("USDT", "USDC", "DAI", "WBTC")}
    joint = account("usdt joint wallet", "unlabelled wallet that holds its own USDT and the thief's")
    hop = account("usdc hop", "passes stolen USDC on, nothing else")
    gathering = account("gathering wallet", "gathers the ETH that the sales brought")
    plans = [
        ("2022-06-24 02:11", two, rest["USDT"], "USDT", "1200000"),
        ("2022-06-24 02:16", two, rest["USDC"], "USDC", "1400000"),
        ("2022-06-24 02:35", three, rest["USDC"], "USDC", "1000000"),
        ("2022-06-24 02:49", three, rest["DAI"], "DAI", "900000"),
        ("2022-06-24 03:05", three, rest["WBTC"], "WBTC", "32"),
        ("2022-07-05 22:20", two, joint, "USDT", "600000"),
        ("2022-07-05 22:31", two, hop, "USDC", "800000"),
    ]
    binance = account("binance hot")
    book.pay(at("2022-07-01 10:00"), binance, joint, units("0.4"))
    book.send(at("2022-07-01 11:00"), binance, joint, "USDT", units("150000", "USDT"))
    for when, sender, receiver, symbol, amount in plans:
        book.send(at(when), sender, receiver, symbol, units(amount, symbol))
    for when, contract, symbol, amount in [("2022-06-24 03:31", vault, "DAI", "100000"),
                                           ("2022-06-24 03:52", bridge, "WBTC", "60")]:
        book.call(at(when), three, contract, [(three, contract, symbol, units(amount, symbol), "token")], "pull")
    book.pay(at("2022-06-26 09:00"), two, gathering, book.of(two) - units("0.7"))
    book.pay(at("2022-06-26 09:21"), three, gathering, book.of(three) - units("0.7"))
    notes_look_alike(book, two)


def notes_look_alike(book, victim):
    """A poisoning transfer of value 0: it looks as if exploiter 2 had paid the look-alike."""
    spammer = account("spammer", "sends zero-value transfers in other people's names")
    book.pay(at("2022-06-23 18:00"), account("huobi hot"), spammer, units("0.3"))
    target = account("look-alike", "receives nothing but a zero-value transfer")
    usdt = TOKEN["USDT"][0]
    book.call(at("2022-06-24 02:13"), spammer, usdt, [(victim, target, "USDT", 0, "token")], "token")


def deposit_notes(book, start, sender, count, dice):
    """100-ETH notes into the pool, one every 6 to 8 minutes, as reported."""
    tornado = account("tornado 100")
    for _ in range(count):
        book.pay(start, sender, tornado, units("100"), gas="note")
        start += dice.between(360, 480)


def first_laundry(book):
    """27 June to 2 July 2022: splits, notes, and the start of the peel chain."""
    thief, dice = account("exploiter 1"), Dice("notes")
    splitter = account("splitter", "splits ETH of exploiter 1 over two note wallets")
    first = account("note wallet 1", "reported wallet of about 6,000 ETH: 60 notes; in this sample 60 notes and change")
    second = account("note wallet 2", "30 notes of 100 ETH, and change")
    cold = account("cold wallet", "900 ETH that never move again")
    failed = (thief, splitter, "ETH", 0, "external")
    book.add(at("2022-06-27 13:02"), [failed], book.price(GAS["ETH"]))  # out of gas: the fee alone
    book.pay(at("2022-06-27 13:10"), thief, splitter, units("9018.2"))
    book.pay(at("2022-06-27 13:25"), splitter, first, units("6012.1"))
    book.pay(at("2022-06-27 13:31"), splitter, second, units("3006.05"))
    book.pay(at("2022-06-27 15:05"), thief, account("peel 0", "peel chain, first wallet"), units("2400"))
    book.pay(at("2022-06-27 15:40"), thief, cold, units("900"))
    book.pay(at("2022-06-27 16:02"), thief, thief, units("1"))  # to itself
    deposit_notes(book, at("2022-06-27 14:00"), first, 60, dice)
    deposit_notes(book, at("2022-06-28 02:00"), second, 30, dice)
    gathering = account("gathering wallet")
    for n in (3, 4, 5):
        wallet = account(f"note wallet {n}", "60 notes from the ETH of the sales, and change")
        start = at(f"2022-06-{26 + n} 01:00") if n < 5 else at("2022-07-01 01:00")
        book.pay(start - HOUR, gathering, wallet, units("6012.1"))
        deposit_notes(book, start, wallet, 60, dice)


PEELS = ["62.4", "75", "88.8", "55.5", "120", "110", "95", "130", "150", "110", "140", "85"]


def peel(book):
    """Twelve wallets in a row: each pays a side wallet and passes the rest on."""
    dice, when, here = Dice("peel"), at("2022-06-28 21:00"), account("peel 0")
    for n, amount in enumerate(PEELS, 1):
        side = account(f"side {n}", "paid off by the peel chain")
        book.pay(when, here, side, units(amount))
        last = n == len(PEELS)
        follower = account(f"peel {n}", "peel chain, last wallet; pays in January 2023" if last else "peel chain")
        book.drain(when + dice.between(9, 40) * MINUTE, here, follower)
        here, when = follower, when + dice.between(5, 13) * HOUR
    shop = account("payment processor", "card and voucher seller, labelled payment")
    book.pay(when + 3 * DAY, account("side 4"), shop, units("1.3"))
    book.pay(when + 4 * DAY, account("side 3"), ZERO, units("0.5"))  # burned


class Exchange:
    """Deposit accounts of one exchange, swept to its hot wallet."""

    def __init__(self, book, name):
        self.book, self.name, self.hot = book, name, account(name.lower() + " hot")

    def deposit_account(self, number, note):
        return account(f"{self.name.lower()} deposit {number}", f"deposit account at {self.name}: {note}")

    def sweep(self, when, deposit):
        self.book.drain(when, deposit, self.hot)

    def sweep_token(self, when, deposit, symbol):
        """The hot wallet pays the gas, then the deposit account sends its whole token balance."""
        self.book.pay(when, self.hot, deposit, units("0.005"))
        self.book.send(when + 11 * MINUTE, deposit, self.hot, symbol, self.book.of(deposit, symbol))


def second_laundry(book, binance, huobi):
    """13 to 16 January 2023: RAILGUN, then four hops and a desk in front of the deposit accounts."""
    thief, gathering, railgun = account("exploiter 1"), account("gathering wallet"), account("railgun")
    for n in range(7):
        book.pay(at("2023-01-13 05:10") + n * 13 * MINUTE, thief, railgun, units("100"), gas="pull")
    for n in range(41):
        book.pay(at("2023-01-13 07:00") + n * 21 * MINUTE, gathering, railgun, units("1000"), gas="pull")
    hop_one(book, binance, huobi)
    hop_two(book, huobi)
    desk(book, binance, huobi)
    hop_four(book, binance, huobi)


def clean_from(book, when, source, receiver, amount):
    book.pay(at(when), source, receiver, units(amount))


def hop_one(book, binance, huobi):
    """25 clean, 230 stolen, out 150, 60 clean, out 140: every rule gives another answer."""
    hop = account("hop 1", "mixes clean and stolen ETH, pays Binance deposit 1 and Huobi deposit 1")
    clean_from(book, "2022-12-02 14:12", binance.hot, hop, "25")
    book.drain(at("2023-01-13 09:14"), account("side 5"), hop)
    book.drain(at("2023-01-13 09:31"), account("side 6"), hop)
    d = binance.deposit_account(1, "two deposits, two sweeps")
    book.pay(at("2023-01-13 10:05"), hop, d, units("150"))
    binance.sweep(at("2023-01-13 12:40"), d)
    clean_from(book, "2023-01-13 16:22", binance.hot, hop, "60")
    d = huobi.deposit_account(1, "one deposit, swept")
    book.pay(at("2023-01-13 17:03"), hop, d, units("140"))
    huobi.sweep(at("2023-01-13 20:19"), d)


def hop_two(book, huobi):
    """Pays somebody before any stolen coin arrives (who stays clean), then Huobi twice."""
    hop = account("hop 2", "mixes clean and stolen ETH, pays Huobi deposit 2 twice")
    clean_from(book, "2022-12-11 08:47", huobi.hot, hop, "12")
    payee = account("early payee", "paid by hop 2 before any taint: must stay clean")
    book.pay(at("2022-12-20 19:30"), hop, payee, units("3"))
    book.drain(at("2023-01-14 01:20"), account("side 7"), hop)
    book.drain(at("2023-01-14 01:52"), account("side 8"), hop)
    d = huobi.deposit_account(2, "three deposits from two hops, each swept")
    book.pay(at("2023-01-14 03:00"), hop, d, units("100"))
    huobi.sweep(at("2023-01-14 04:36"), d)
    clean_from(book, "2023-01-14 09:00", huobi.hot, hop, "90")
    book.pay(at("2023-01-14 11:45"), hop, d, units("110"))
    huobi.sweep(at("2023-01-14 13:02"), d)


def desk(book, binance, huobi):
    """An unlabelled desk holds customers' money: 220 clean, 260 stolen, two payments out, 110 clean, two more."""
    hop = account("hop 3", "joins two side wallets and pays the desk")
    trader = account("desk", "unlabelled OTC-like desk: customers' money and the thief's in one purse")
    clients = [account(f"desk client {n}", "clean customer who pays the desk") for n in range(1, 8)]
    for n, client in enumerate(clients):
        source = (binance, huobi)[n % 2]
        clean_from(book, f"2022-12-{3 + n:02} 10:{11 + n}", source.hot, client, "50")
        book.pay(at(f"2023-01-{2 + n:02} 15:{20 + n}") if n < 5 else at(f"2023-01-15 0{n}:30"), client, trader,
                 units("44" if n < 5 else "49.5"))
    book.drain(at("2023-01-14 06:00"), account("side 9"), hop)
    book.drain(at("2023-01-14 06:22"), account("side 10"), hop)
    book.drain(at("2023-01-14 07:10"), hop, trader)
    innocent = account("desk customer", "innocent customer whom the desk pays out: some rules reach him")
    holder = account("desk customer 2", "second customer whom the desk pays out")
    d = huobi.deposit_account(3, "paid by the desk twice")
    book.pay(at("2023-01-14 10:30"), trader, innocent, units("90"))
    book.pay(at("2023-01-14 12:00"), trader, d, units("180"))
    huobi.sweep(at("2023-01-14 15:15"), d)
    book.pay(at("2023-01-15 08:10"), trader, holder, units("60"))
    book.pay(at("2023-01-15 09:40"), trader, d, units("100"))
    huobi.sweep(at("2023-01-15 12:05"), d)
    own = binance.deposit_account(5, "belongs to the innocent customer of the desk; not yet swept")
    book.pay(at("2023-02-02 18:00"), innocent, own, units("75"))


def hop_four(book, binance, huobi):
    """Pays a deposit account that an innocent customer uses too, and once straight into a hot wallet."""
    hop = account("hop 4", "pays Binance deposit 2 and the hot wallet of Huobi")
    d = binance.deposit_account(2, "receives stolen ETH and an innocent customer's; swept")
    person = account("innocent payer", "pays clean ETH into Binance deposit 2")
    clean_from(book, "2023-01-10 07:00", binance.hot, person, "43")
    clean_from(book, "2023-01-12 07:00", binance.hot, hop, "10")
    book.drain(at("2023-01-15 03:00"), account("side 11"), hop)
    book.drain(at("2023-01-15 03:18"), account("side 12"), hop)
    book.pay(at("2023-01-16 02:00"), person, d, units("42"))
    book.pay(at("2023-01-16 02:41"), hop, d, units("75"))
    binance.sweep(at("2023-01-16 06:13"), d)
    book.pay(at("2023-01-16 08:00"), hop, huobi.hot, units("20"))


def third_laundry(book, binance, huobi):
    """28 January 2023: the tail of the peel chain; one deposit is still unswept when the file ends."""
    tail = account(f"peel {len(PEELS)}")
    five = account("hop 5", "pays Binance deposit 4, Huobi deposit 2 and Binance deposit 1")
    six = account("hop 6", "spends 12.5 ETH more than the file shows it received: the one gap of the sample")
    clean_from(book, "2023-01-20 12:00", huobi.hot, five, "30")
    book.pay(at("2023-01-28 06:00"), tail, five, units("400"))
    book.pay(at("2023-01-28 06:20"), tail, six, units("160"))
    book.pay(at("2023-01-28 07:30"), five, binance.deposit_account(4, "one deposit, not yet swept"), units("250"))
    clean_from(book, "2023-01-28 08:00", huobi.hot, five, "80")
    d = huobi.deposit_account(2, "")
    book.pay(at("2023-01-28 09:10"), five, d, units("120"))
    huobi.sweep(at("2023-01-28 11:00"), d)
    d = binance.deposit_account(1, "")
    book.pay(at("2023-01-28 13:00"), five, d, units("65"))
    binance.sweep(at("2023-01-28 15:44"), d)
    clean_from(book, "2023-01-28 08:30", binance.hot, six, "40")
    d = huobi.deposit_account(5, "one deposit, swept")
    book.pay(at("2023-01-28 10:00"), six, d, units("150"))
    huobi.sweep(at("2023-01-28 12:50"), d)
    onward = account("onward wallet", "receives what hop 6 had left, and the gap")
    fee = book.price(GAS["ETH"])
    rest = book.of(six) - fee + units("12.5")
    book.add(at("2023-01-28 18:00"), [(six, onward, "ETH", rest, "external")], fee, may_gap=True)


def token_deposits(book, binance, huobi):
    """Stolen USDT through a joint wallet to Binance, stolen USDC unmixed to Huobi (not swept)."""
    joint, hop = account("usdt joint wallet"), account("usdc hop")
    d = binance.deposit_account(3, "two deposits of USDT, one sweep")
    book.send(at("2023-01-30 05:00"), joint, d, "USDT", units("250000", "USDT"))
    book.send(at("2023-01-30 09:00"), binance.hot, joint, "USDT", units("200000", "USDT"))
    book.send(at("2023-01-30 11:00"), joint, d, "USDT", units("300000", "USDT"))
    binance.sweep_token(at("2023-01-30 14:00"), d, "USDT")
    clean_from(book, "2023-01-31 02:00", huobi.hot, hop, "0.05")
    book.send(at("2023-02-01 20:45"), hop, huobi.deposit_account(4, "one deposit of USDC, not yet swept"), "USDC",
              units("780000", "USDC"))
