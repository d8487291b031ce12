"""The words around lists and rates, each in the five languages."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.entities import FairType, Language, PayBasis


def _in_each(*texts: str) -> Mapping[Language, str]:
    return dict(zip(Language, texts, strict=True))


SIMULATED = _in_each(
    "模擬資料：人員、職缺與數據皆為模擬產生，並非真實資料。",
    "Simulated data: people, vacancies and figures are not real.",
    "Dữ liệu mô phỏng: người, việc làm và số liệu đều không có thật.",
    "Data simulasi: orang, lowongan, dan angkanya tidak nyata.",
    "ข้อมูลจำลอง: บุคคล ตำแหน่งงาน และตัวเลขไม่ใช่ของจริง",
)
PAID: Mapping[PayBasis | None, Mapping[Language, str]] = {
    PayBasis.MONTH: _in_each(
        "月薪 {} 元",
        "NT${} a month",
        "{} Đài tệ mỗi tháng",
        "NT${} per bulan",
        "{} ดอลลาร์ไต้หวันต่อเดือน",
    ),
    PayBasis.DAY: _in_each(
        "日薪 {} 元",
        "NT${} a day",
        "{} Đài tệ mỗi ngày",
        "NT${} per hari",
        "{} ดอลลาร์ไต้หวันต่อวัน",
    ),
    PayBasis.HOUR: _in_each(
        "時薪 {} 元",
        "NT${} an hour",
        "{} Đài tệ mỗi giờ",
        "NT${} per jam",
        "{} ดอลลาร์ไต้หวันต่อชั่วโมง",
    ),
    PayBasis.PIECE: _in_each(
        "按件計酬，每件 {} 元",
        "NT${} a piece",
        "{} Đài tệ mỗi sản phẩm",
        "NT${} per satuan",
        "{} ดอลลาร์ไต้หวันต่อชิ้น",
    ),
    None: _in_each(
        "未註明計薪方式，{} 元",
        "NT${}, not stated for what time",
        "{} Đài tệ, không rõ cách tính",
        "NT${}, dasar upah tidak disebutkan",
        "{} ดอลลาร์ไต้หวัน ไม่ได้ระบุวิธีคิดค่าจ้าง",
    ),
}
AT_LEAST = _in_each("{}以上", "at least {}", "từ {}", "mulai {}", "ตั้งแต่ {}")
AT_MOST = _in_each("{}以下", "up to {}", "tối đa {}", "paling banyak {}", "ไม่เกิน {}")
NO_FIGURE = _in_each(
    "薪資金額未登錄",
    "pay figure not on record",
    "chưa ghi mức lương",
    "besaran upah tidak tercatat",
    "ไม่ได้บันทึกจำนวนค่าจ้าง",
)
TO_BE_CHECKED = _in_each(
    "{}（金額待確認）",
    "{} (figure to be checked)",
    "{} (cần kiểm tra con số)",
    "{} (angka perlu diperiksa)",
    "{} (ต้องตรวจสอบตัวเลข)",
)

TRAINED = _in_each(
    "依過去推介與就業結果學習的模型排序",
    "ordered by a model learnt from past referrals and placements",
    "được sắp xếp bởi mô hình học từ các lần giới thiệu và nhận việc trước đây",
    "diurutkan oleh model yang belajar dari rujukan dan penempatan sebelumnya",
    "เรียงลำดับด้วยแบบจำลองที่เรียนรู้จากผลการส่งตัวและการได้งานที่ผ่านมา",
)
SHARED = _in_each(
    "名額已在所有求職者之間分配，避免多人同時爭取少數名額",
    "the openings are shared out among all who look, so that not all are sent to the same few",
    "các chỗ làm được phân chia cho mọi người tìm việc để không dồn vào một vài nơi",
    "lowongan dibagi di antara semua pencari kerja agar tidak menumpuk di beberapa tempat",
    "ตำแหน่งว่างถูกแบ่งให้ผู้หางานทุกคน เพื่อไม่ให้ไปรวมกันที่ไม่กี่แห่ง",
)
CROWD = _in_each(
    "目前在 {people} 人的名單中，尚餘名額 {openings} 個",
    "in the lists of {people} people; openings left: {openings}",
    "có trong danh sách của {people} người; còn {openings} chỗ",
    "ada di daftar {people} orang; sisa lowongan: {openings}",
    "อยู่ในรายการของ {people} คน เหลือ {openings} ตำแหน่ง",
)
BASELINE = _in_each(
    "尚無已訓練的模型：依固定權重的基準排序",
    "no trained model yet: ordered by a baseline with fixed weights",
    "chưa có mô hình được huấn luyện: sắp xếp theo trọng số cố định",
    "belum ada model terlatih: diurutkan dengan bobot tetap",
    "ยังไม่มีแบบจำลองที่ฝึกแล้ว: เรียงลำดับด้วยน้ำหนักคงที่",
)
CHANCES = _in_each(
    "類似的推介，100 次中約有 {count} 次在 60 天內錄用",
    "of 100 referrals like this, about {count} led to a hire within 60 days",
    "trong 100 lần giới thiệu tương tự, khoảng {count} lần được nhận sau 60 ngày",
    "dari 100 rujukan serupa, sekitar {count} berujung diterima dalam 60 hari",
    "จากการส่งตัวลักษณะนี้ 100 ครั้ง ได้งานภายใน 60 วันประมาณ {count} ครั้ง",
)
FEWER_THAN_ONE = _in_each(
    "不到 1",
    "fewer than 1",
    "chưa đến 1",
    "kurang dari 1",
    "ไม่ถึง 1",
)

NOT_TOLD = ("未登錄", "not on record")
FAIR_TYPES: Mapping[str, tuple[str, str]] = {
    FairType.SINGLE: ("單一廠商徵才", "one employer"),
    FairType.JOINT: ("聯合徵才", "several employers"),
    FairType.CAMPUS: ("校園徵才", "at a school"),
}
"""Chinese and English names, the two languages of the bureau's statistics."""
MAJOR_GROUPS: Mapping[str, str] = {
    "0": "armed forces",
    "1": "legislators, senior officials and managers",
    "2": "professionals",
    "3": "technicians and associate professionals",
    "4": "clerical support workers",
    "5": "service and sales workers",
    "6": "skilled workers in agriculture, forestry and fishery",
    "7": "craft and related trades workers",
    "8": "plant and machine operators and assemblers",
    "9": "elementary workers and labourers",
}
"""English names of the major groups (大類) of occupations; the Chinese ones are in the table."""
