"""The words of the report that no other part of the project has, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.entities import Language
from matcher.rates.dimensions import By, Dimension
from matcher.rates.events import Kind
from matcher.rates.lints import Lint
from matcher.rates.periods import Span
from matcher.reporting.document import Names
from matcher.service.view_words import SIMULATED

TITLE = Names("公立就業服務統計報告", "Report of the public employment service")
SIMULATED_NOTICE = Names(SIMULATED[Language.ZH], SIMULATED[Language.EN])
SIMULATED_MARK = Names("模擬資料", "Simulated data")
WHOLE = Names("全期", "whole period")
NO_RATE = "－"
NO_RATE_TOLD = Names(
    "「－」表示期間內分母為 0，無比率可言。", "A dash: the denominator is 0, so there is no rate."
)
NOTE = Names("註", "Note")
PERIOD = Names("統計期間", "Period")
AS_OF = Names("資料截至", "As recorded at the end of")
COUNTED_ON = Names("製表日期", "Counted on")
CONTENTS = Names("目次", "Contents")
SEE_TABLE = Names("數值見表", "the figures stand in the table")
VALUE, UNIT = Names("數值", "value"), Names("單位", "unit")
NUMERATOR, DENOMINATOR = Names("分子", "numerator"), Names("分母", "denominator")
COUNTED, OUT_OF = Names("分子所計", "what it counts"), Names("分母所計", "out of what")
RATE = Names("比率", "rate")
FORMULA = Names("公式", "formula")
EXCLUDED, SOURCE = Names("不計入", "not counted"), Names("出處", "source")
NOTHING = Names("無", "nothing")
SUSPICION = Names("疑點", "suspicion")
WHERE, FOUND = Names("紀錄種類", "kind of record"), Names("內容", "what was found")
DATE, ROC_DATE = Names("日期", "date"), Names("民國日期", "ROC date")
DISTRICT = Names("行政區", "district")

SUMMARY = Names("總表", "Summary")
BUREAU = Names("求職與求才", "Job seekers and openings")
FAIRS = Names("現場徵才活動", "Job fairs")
PROGRAMMES = Names("各項計畫", "Programmes")
FORMULAS = Names("註：公式", "Notes: formulas")
SUSPICIONS = Names("附錄：資料疑點", "Appendix: what to look into in the register")

SHARING = Names("附錄：名額分配", "Appendix: how the openings are shared out")
STARVED = Names("未列入任何人名單的職缺", "Vacancies in nobody's list")
CROWDED = Names("名單人數過多的職缺", "Vacancies in too many lists")
VACANCY = Names("職缺", "vacancy")
OPENINGS_LEFT = Names("尚餘名額", "openings left")
SHOWN_TO = Names("列入名單人數", "people who see it")
STILL_FREE = Names("尚有名額機率", "chance of a free opening")
ELIGIBLE = Names("符合條件人數", "people eligible")
WOULD_MEND = Names("放寬單一條件可增加人數", "people more if one criterion were given up")
WOULD_BE_HIRED = Names("預期錄取人數", "expected would-be hires")
SENT_ALREADY = Names("其中已推介", "of them sent already")
HOW_MENDED = Names(
    "依最近一次名額分配計算；薪資為半數此類求職者可接受之數額，證照為最多人欠缺者。",
    "By the newest plan. Of pay, the figure that half of those it keeps out ask for at most; of "
    "licences, the one most of them lack.",
)
HOW_CROWDED = Names(
    "依最近一次名額分配計算；增加名額可紓解。", "By the newest plan. Another opening would mend it."
)

HEADS: Mapping[By, Names] = {
    Span.MONTH: Names("月份", "month"),
    Dimension.DISTRICT: DISTRICT,
    Dimension.OCCUPATION: Names("職業大類", "major occupation group"),
    Dimension.FAIR_TYPE: Names("活動類型", "type of fair"),
    Dimension.FAIR_SIZE: Names("參加廠商家數", "employers at the fair"),
    Dimension.FAIR: Names("活動", "fair"),
}
RATES_OVER_TIME = Names("各月求職就業率與求才利用率", "Employment rate and fill rate by month")
RATES_BY_OCCUPATION = Names(
    "各職業大類求職就業率與求才利用率", "Employment rate and fill rate by major occupation group"
)
BOTH_SIDES_BY: Mapping[By, Names] = {
    Dimension.DISTRICT: Names("各行政區求職與求才人數", "Job seekers and openings by district"),
    Dimension.OCCUPATION: Names(
        "各職業大類求職與求才人數", "Job seekers and openings by major occupation group"
    ),
}
ON_SITE_OVER_TIME = Names("各月初步媒合率", "On-site match rate by month")

PERSONS_DO_NOT_SUM = Names(
    "以人計者，同一人在各分項各計一次、全期只計一次，分項相加可能大於全期。",
    "Persons are counted once in each part and once in the whole: parts may sum to more.",
)
CUT_MONTHS = Names(
    "首月或末月僅計期間內之日。", "Of the first and the last month only days of the period count."
)
IN_THE_CITY = Names("高雄市（行政區未註明）", "Kaohsiung City, district not told")
MAY_EXCEED = Names(
    "就業者可能於期間前登記，比率因此可能超過 100 %。",
    "Those placed may have registered earlier, so a rate may exceed 100 %.",
)
WHERE_TOLD: Mapping[By, Names] = {
    Dimension.DISTRICT: Names(
        "求職依居住地，求才依工作地。", "Seekers are told by home, openings by place of work."
    ),
    Dimension.OCCUPATION: Names(
        "求職依希望職業，求才依職缺職業。",
        "Seekers are told by the occupation on their record, openings by that of the vacancy.",
    ),
}
WHERE_HELD = Names("依活動舉辦地。", "Told by where the fair is held.")
WITHOUT_ON_BEHALF = Names(
    "初步媒合率之分子、分母皆不含代收履歷。",
    "Résumés handed in on behalf of somebody absent (代收) are in neither count of the rate.",
)
NOT_YET_FINAL = Names(
    "計算後續就業之比率，須俟後續期間屆滿（職訓為結訓後三個月）方能確定。",
    "Rates of what follows are final only when the time to follow is over: of training, three "
    "months after the period.",
)
ONLY_SUSPICIONS = Names(
    "以下為程式依登錄資料所見之疑點，與統計期間無關，須由人員查核；`matcher proof` 列出其編號。",
    "Found by a program in the register as it stands, whatever the period; somebody must look at "
    "each. `matcher proof` prints the ids.",
)
NONE_FOUND = Names("未發現疑點。", "Nothing was found.")

EXCLUSIONS: Mapping[str, str] = {
    "advertisements of the open-data feed": "開放資料之職缺廣告",
    "résumés handed in on behalf of somebody absent (代收)": "代收履歷",
    "people who are not on the register; further placements of the same person": (
        "未登記求職者；同一人之再次就業"
    ),
}
"""Chinese of what the registry says in English that counts leave out."""
SOURCES: Mapping[str, str] = {
    "Kaohsiung City labour bureau, statistics of the public employment service, 2019 "
    "(民國108年)": "高雄市政府勞工局公立就業服務統計，民國108年（2019）",
    "definition of this project, after the programme's purpose; no published formula is known": (
        "本系統依計畫目的所定，查無公布之公式"
    ),
}
LINTS: Mapping[Lint, str] = {
    Lint.PARTS_DO_NOT_SUM: "分項加總不等於合計",
    Lint.COUNTED_TWICE: "同一人重複計算",
    Lint.FAIR_LISTED_TWICE: "徵才活動重複登錄",
    Lint.UNITS_MIXED: "人數與人次混用",
    Lint.DENOMINATOR_NOT_TOLD: "分母不明",
    Lint.RATE_DOES_NOT_FOLLOW: "比率與計數不符",
}
KINDS: Mapping[str, str] = {
    Kind.SEEKER_PLACED: "求職就業",
    Kind.RESUME_HANDED_IN: "活動履歷",
    Kind.PROGRAMME_STEP: "計畫服務",
    Kind.FAIR_HELD: "徵才活動",
}
