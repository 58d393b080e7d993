"""The SQL of the seed: each statement as the columns it fills, and where their values come from."""

from reviews.models import DataGap, NationalReport, ProgressUpdate

GAP, UPDATE, REPORT = (model._meta.label_lower for model in (DataGap, ProgressUpdate, NationalReport))

# slot: which report a chance falls on. seed: one row with what the others choose from.
# chance(n, salt, most): a whole number below `most` that follows from n, another one for every salt.
TOOLS = """
create temp table slot (slot int, report_id bigint, cycle_id bigint, member_state_id bigint, code text)
  on commit drop;
create temp table seed (
  rows bigint, first timestamptz, last timestamptz, words text[], folded text[], rare text, statuses text[],
  kinds bigint[], areas bigint[], team bigint, person bigint, slots int) on commit drop;
create or replace function pg_temp.chance(n bigint, salt int, most int) returns int immutable parallel safe language sql
  as $$ select ((hashint8extended(n, salt) & 2147483647) % most)::int $$
"""
INDEXES = """select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
  where indrelid = any(%s::regclass[]) and not indisunique"""
CHOICES = """insert into seed select %(rows)s, %(first)s, %(last)s, %(words)s, %(folded)s, %(rare)s, %(statuses)s,
  %(kinds)s, %(areas)s, %(team)s, %(person)s, count(*) from slot"""

# The n-th instant of as many as there are rows.
MOMENT = "date_trunc('second', first + (last - first) * (n::float / rows))"


def _chosen(array: str, salt: int) -> str:
    return f"{array}[1 + pg_temp.chance(n, {salt}, cardinality({array}))]"


def _sentence(words: str) -> str:
    """Nine words, and in some rows the rare one."""
    nine = " || ' ' || ".join(_chosen(words, salt) for salt in range(20, 29))
    return f"{nine} || case when n % (rows / 50) = 1 then ' ' || rare else '' end"


def _placed(salt: int) -> str:
    return f"""from (
  select n, {MOMENT} as moment, pg_temp.chance(n, {salt}, slots) as chance, {_chosen("statuses", 3)} as status, seed.*
  from seed, generate_series(1, rows) n) as row join slot on slot = chance"""


GAPS = {
    "cycle_id": "cycle_id", "member_state_id": "member_state_id",
    "number": "row_number() over (partition by cycle_id, member_state_id order by n)",
    "kind_id": _chosen("kinds", 4), "key_result_area_id": _chosen("areas", 5), "status": "status",
    "missing": _sentence("words"), "search": _sentence("folded"),
    "holder_id": "case status when 'closed' then null when 'guidance_asked' then team else member_state_id end",
    "raised_at": "moment", "raised_by_id": "person",
    "held_since": "date_trunc('second', moment + (last - moment) * power(pg_temp.chance(n, 6, 1000) / 1000.0, 3))",
    "closing_way": "case status when 'closed' then 'data_found' else '' end",
    "closing_note": "case status when 'closed' then 'Found.' else '' end",
}, _placed(1) + " order by n"  # fmt: skip

CODE = "code || '-' || number"
ENTRIES = {
    "kind": "'datagap'", "object_id": "row.id", "readers": "'country-' || member_state_id", "cycle_id": "cycle_id",
    "member_state_id": "member_state_id", "code": CODE, "title": "missing", "text": "closing_note",
    "url_name": "'datagap'", "page": CODE, "folded_code": f"lower({CODE})", "folded_title": "search",
    "search": f"concat_ws(E'\\n', lower({CODE}), search, nullif(lower(closing_note), ''))",
}, """from reviews_datagap row
  join (select distinct cycle_id as c, member_state_id as m, code from slot) place
    on (c, m) = (cycle_id, member_state_id)
  order by row.id"""  # fmt: skip

# Data first, then analysis, then writing; most of it done in the end.
DONE = "(100.0 * n / rows * (0.7 + pg_temp.chance(n, 7, 30) / 100.0))::int"
UPDATES = {
    "report_id": "report_id", "data_collection": DONE, "analysis": f"{DONE} / 2",
    "writing": f"case when {DONE} > 20 then {DONE} / 3 end", "at": "moment", "author_id": "person",
    "note": f"case when n % 3 = 0 then {_chosen('words', 8)} else '' end",
}, _placed(2) + " order by n"  # fmt: skip

TRACED = {
    "version": "1", "verb": "'created'", "before": "null", "names": "'{}'", "audience": "'shared'", "common": "false",
    "by_id": "person", "cycle_id": "row.cycle_id",
    "member_state_id": "row.member_state_id", "request_id": "md5(row.id::text)::uuid",
}  # fmt: skip
TRACED_GAPS = TRACED | {
    "at": "raised_at", "model": f"'{GAP}'", "object_id": "row.id", "page_model": f"'{GAP}'", "page_id": "row.id",
    "label": "code || '-' || number", "after": "to_jsonb(row)",
}, """from reviews_datagap row join seed on true
  join (select distinct cycle_id as c, member_state_id as m, code from slot) place
    on (c, m) = (cycle_id, member_state_id)
  order by row.id"""  # fmt: skip

# The last quarter of the updates, each with its number among those of its report.
LATEST_UPDATES = """create temp table told on commit drop as
  select row.*, cycle_id, member_state_id, report.version as began, seed.person,
    row_number() over w as nth, lag(to_jsonb(row)) over w as earlier, to_jsonb(row) as now
  from reviews_progressupdate row join reviews_nationalreport report on report.id = report_id join seed on true
  where row.id > (select max(id) from reviews_progressupdate) - (rows - rows / 2) / 2
  window w as (partition by report_id order by row.id)"""
OF_REPORT = {
    "at": "row.at", "page_model": f"'{REPORT}'", "page_id": "report_id", "why": "row.note", "label": "member.name_en",
}  # fmt: skip
FROM_LATEST_UPDATES = "from told row join reviews_organisation member on member.id = row.member_state_id"
TRACED_UPDATES = TRACED | OF_REPORT | {
    "model": f"'{UPDATE}'", "object_id": "row.id", "after": "now",
}, f"{FROM_LATEST_UPDATES} order by row.id"  # fmt: skip

FIGURES = "'data_collection', {0}->'data_collection', 'analysis', {0}->'analysis', 'writing', {0}->'writing'"
TRACED_REPORTS = TRACED | OF_REPORT | {
    "verb": "'progress'", "model": f"'{REPORT}'", "object_id": "report_id", "version": "began + nth",
    "before": f"jsonb_build_object({FIGURES.format('earlier')}, 'progressed_at', earlier->'at')",
    "after": f"""to_jsonb(report) || jsonb_build_object({FIGURES.format('now')}, 'progressed_at', now->'at',
      'status', 'in_progress', 'version', began + nth)""",
}, f"{FROM_LATEST_UPDATES} join reviews_nationalreport report on report.id = report_id order by row.id"  # fmt: skip

# Each report shows its last figures.
REPORTS = """update reviews_nationalreport report
  set data_collection = row.data_collection, analysis = row.analysis, writing = row.writing,
    progressed_at = row.at, status = 'in_progress', version = began + nth
  from (select distinct on (report_id) * from told order by report_id, nth desc) row where report.id = report_id"""
