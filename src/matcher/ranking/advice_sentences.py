"""The sentences of `advice`, each in five columns: zh, en, vi, id, th."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.entities import Education, Employment, Shift

FAILURES: Mapping[str, tuple[str, ...]] = {
    "not_posted": (
        "{day}才開始徵才",
        "not open before {day}",
        "đến {day} mới bắt đầu tuyển",
        "baru dibuka pada {day}",
        "จะเปิดรับวันที่ {day}",
    ),
    "closed": (
        "已於{day}停止徵才",
        "closed on {day}",
        "đã ngừng tuyển ngày {day}",
        "ditutup pada {day}",
        "ปิดรับเมื่อ {day}",
    ),
    "expired": (
        "已截止：最後一天是{day}",
        "expired: the last day was {day}",
        "đã hết hạn: ngày cuối là {day}",
        "sudah berakhir: hari terakhir {day}",
        "หมดเขตแล้ว: วันสุดท้ายคือ {day}",
    ),
    "full": (
        "已額滿：招募人數 {openings} 人",
        "full: no opening left of {openings}",
        "đã đủ người: số cần tuyển {openings}",
        "sudah penuh: jumlah lowongan {openings}",
        "เต็มแล้ว: รับทั้งหมด {openings} อัตรา",
    ),
    "too_far": (
        "距離 {km}；{you}登記的通勤範圍是 {limit}以內",
        "{km} away; {you} registered a way of up to {limit}",
        "cách {km}; {you} đăng ký đi xa tối đa {limit}",
        "berjarak {km}; {you} mendaftarkan jarak paling jauh {limit}",
        "ห่าง {km} แต่{you}ลงทะเบียนระยะทางไม่เกิน {limit}",
    ),
    "other_district": (
        "工作地點在{place}；{you}登記的地區是{wanted}",
        "the workplace is in {place}; {you} registered {wanted}",
        "nơi làm việc ở {place}; {you} đăng ký {wanted}",
        "tempat kerja di {place}; {you} mendaftarkan {wanted}",
        "สถานที่ทำงานอยู่ที่ {place} แต่{you}ลงทะเบียน {wanted}",
    ),
    "work_time": (
        "需要：{asked}；{you}登記的是{have}",
        "asks for {asked}; {you} registered {have}",
        "yêu cầu {asked}; {you} đăng ký {have}",
        "memerlukan {asked}; {you} mendaftarkan {have}",
        "ต้องการ{asked} แต่{you}ลงทะเบียน{have}",
    ),
    "employment": (
        "需要：{asked}；{you}登記的是{have}",
        "asks for {asked} work; {you} registered {have}",
        "yêu cầu làm {asked}; {you} đăng ký {have}",
        "memerlukan kerja {asked}; {you} mendaftarkan {have}",
        "ต้องการคนทำงาน{asked} แต่{you}ลงทะเบียน{have}",
    ),
    "pay": (
        "薪資{basis}最高 {top} 元；{you}登記的期望是至少 {floor} 元",
        "pays up to NT${top} {basis}; {you} registered a wish of at least NT${floor}",
        "trả tối đa {top} Đài tệ {basis}; {you} đăng ký ít nhất {floor} Đài tệ",
        "upah paling tinggi NT${top} {basis}; {you} mendaftarkan sedikitnya NT${floor}",
        "จ่ายสูงสุด {top} ดอลลาร์ไต้หวัน{basis} แต่{you}ลงทะเบียนไว้อย่างน้อย {floor} ดอลลาร์ไต้หวัน",
    ),
    "pay/from": (
        "薪資{basis} {low} 元起；{you}登記的期望是至少 {floor} 元",
        "pays from NT${low} {basis}; {you} registered a wish of at least NT${floor}",
        "trả từ {low} Đài tệ {basis}; {you} đăng ký ít nhất {floor} Đài tệ",
        "upah mulai NT${low} {basis}; {you} mendaftarkan sedikitnya NT${floor}",
        "จ่ายตั้งแต่ {low} ดอลลาร์ไต้หวัน{basis} แต่{you}ลงทะเบียนไว้อย่างน้อย {floor} ดอลลาร์ไต้หวัน",
    ),
    "education": (
        "要求{asked}以上學歷；{you}登記的是{have}",
        "asks for {asked} or more; {you} registered {have}",
        "yêu cầu từ {asked} trở lên; {you} đăng ký {have}",
        "meminta sedikitnya {asked}; {you} mendaftarkan {have}",
        "ต้องการวุฒิ{asked}ขึ้นไป แต่{you}ลงทะเบียน{have}",
    ),
    "experience": (
        "要求 {asked}經驗；{you}登記的是 {have}",
        "asks for {asked} of experience; {you} registered {have}",
        "yêu cầu {asked} kinh nghiệm; {you} đăng ký {have}",
        "meminta pengalaman {asked}; {you} mendaftarkan {have}",
        "ต้องการประสบการณ์ {asked} แต่{you}ลงทะเบียนไว้ {have}",
    ),
    "experience/none": (
        "要求 {asked}經驗；{you}登記的是沒有經驗",
        "asks for {asked} of experience; {you} registered none",
        "yêu cầu {asked} kinh nghiệm; {you} đăng ký chưa có kinh nghiệm",
        "meminta pengalaman {asked}; {you} mendaftarkan belum berpengalaman",
        "ต้องการประสบการณ์ {asked} แต่{you}ลงทะเบียนว่าไม่มีประสบการณ์",
    ),
    "licences": (
        "需要：{licences}；{your}資料中尚未登記",
        "asks for {licences}: not in {your} record",
        "yêu cầu {licences}: chưa có trong hồ sơ {your}",
        "memerlukan {licences}: belum tercatat dalam data {your}",
        "ต้องการ{licences}: ยังไม่มีในข้อมูล{your}",
    ),
    "languages": (
        "需要會說：{languages}；{your}資料中尚未登記",
        "asks for {languages}: not in {your} record",
        "cần nói được {languages}: chưa có trong hồ sơ {your}",
        "memerlukan {languages}: belum tercatat dalam data {your}",
        "ต้องพูด{languages}ได้: ยังไม่มีในข้อมูล{your}",
    ),
}
"""By failure code, and after a slash its special case; {you} and {your} follow the voice."""
CHANGES: Mapping[str, tuple[str, ...]] = {
    "commute": (
        "通勤再遠 {value} 公里",
        "{value} km further",
        "đi xa thêm {value} km",
        "{value} km lebih jauh",
        "เดินทางไกลขึ้น {value} กม.",
    ),
    "district": (
        "也接受在{value}工作",
        "work in {value} too",
        "làm cả ở {value}",
        "bekerja juga di {value}",
        "ทำงานที่ {value} ด้วย",
    ),
    "monthly_pay": (
        "若{your}期望月薪降 {value} 元",
        "if {your} wish were NT${value} a month lower",
        "nếu mức lương tháng mong muốn {your} thấp hơn {value} Đài tệ",
        "jika harapan upah {your} NT${value} per bulan lebih rendah",
        "ถ้าค่าจ้างที่{you}ต้องการลดลง {value} ดอลลาร์ไต้หวันต่อเดือน",
    ),
    "hourly_pay": (
        "若{your}期望時薪降 {value} 元",
        "if {your} wish were NT${value} an hour lower",
        "nếu mức lương giờ mong muốn {your} thấp hơn {value} Đài tệ",
        "jika harapan upah {your} NT${value} per jam lebih rendah",
        "ถ้าค่าจ้างที่{you}ต้องการลดลง {value} ดอลลาร์ไต้หวันต่อชั่วโมง",
    ),
    "shift": (
        "也接受{value}",
        "{value} too",
        "làm cả {value}",
        "bersedia {value} juga",
        "ทำ{value}ด้วย",
    ),
    "employment": (
        "也接受{value}工作",
        "{value} work too",
        "làm cả {value}",
        "bersedia kerja {value} juga",
        "ทำงาน{value}ด้วย",
    ),
    "licence": (
        "取得證照「{value}」",
        "with {value}",
        "nếu có {value}",
        "dengan {value}",
        "ถ้ามี{value}",
    ),
    "language": (
        "會說{value}",
        "speaking {value}",
        "nếu nói được {value}",
        "jika bisa {value}",
        "ถ้าพูด{value}ได้",
    ),
}
"""By kind of change."""
COUNTS: Mapping[str, tuple[str, ...]] = {
    "opens": (
        "{change}：多 {count} 個職缺",
        "{change}: {count} more vacancies",
        "{change}: thêm {count} việc làm",
        "{change}: {count} lowongan lagi",
        "{change}: เพิ่มอีก {count} ตำแหน่ง",
    ),
    "opens/one": (
        "{change}：多 {count} 個職缺",
        "{change}: {count} more vacancy",
        "{change}: thêm {count} việc làm",
        "{change}: {count} lowongan lagi",
        "{change}: เพิ่มอีก {count} ตำแหน่ง",
    ),
    "eligible": (
        "目前有 {count} 個職缺符合{your}條件",
        "{count} vacancies fit {your} record now",
        "hiện có {count} việc làm phù hợp với hồ sơ {your}",
        "saat ini {count} lowongan sesuai dengan data {your}",
        "ขณะนี้มี {count} ตำแหน่งที่ตรงกับข้อมูล{your}",
    ),
    "eligible/one": (
        "目前有 {count} 個職缺符合{your}條件",
        "{count} vacancy fits {your} record now",
        "hiện có {count} việc làm phù hợp với hồ sơ {your}",
        "saat ini {count} lowongan sesuai dengan data {your}",
        "ขณะนี้มี {count} ตำแหน่งที่ตรงกับข้อมูล{your}",
    ),
}
VERDICTS: Mapping[str, tuple[str, ...]] = {
    "eligible": (
        "各項條件均符合；在清單中的位置依排序而定",
        "every criterion is met; its place in a list depends on the order",
        "mọi điều kiện đều đạt; vị trí trong danh sách tùy theo thứ tự",
        "semua kriteria terpenuhi; letaknya dalam daftar bergantung pada urutan",
        "ตรงตามทุกเงื่อนไข ตำแหน่งในรายการขึ้นอยู่กับการเรียงลำดับ",
    ),
    "sent": (
        "已推介過這個職缺，清單不再列出",
        "already referred to this vacancy, so lists leave it out",
        "đã được giới thiệu đến việc này nên danh sách không nêu lại",
        "sudah pernah dirujuk ke lowongan ini, jadi tidak dicantumkan lagi",
        "เคยได้รับการแนะนำงานนี้แล้ว จึงไม่แสดงในรายการอีก",
    ),
    "openable": (
        "作以下調整即可符合條件",
        "with these changes every criterion would be met",
        "với những thay đổi sau, mọi điều kiện sẽ đạt",
        "dengan perubahan berikut semua kriteria akan terpenuhi",
        "ถ้าปรับตามนี้จะตรงตามทุกเงื่อนไข",
    ),
    "shut": (
        "僅由{you}小幅調整仍無法符合條件",
        "no small change on {your} side would be enough",
        "thay đổi nhỏ từ phía {you} vẫn chưa đủ",
        "perubahan kecil dari pihak {you} belum cukup",
        "การปรับเล็กน้อยของ{you}ยังไม่พอ",
    ),
}
SHIFTS: Mapping[Shift, tuple[str, ...]] = {
    Shift.DAY: ("日班", "day shift", "ca ngày", "shift pagi", "กะกลางวัน"),
    Shift.EVENING: ("晚班", "evening shift", "ca tối", "shift sore", "กะเย็น"),
    Shift.NIGHT: ("夜班", "night shift", "ca đêm", "shift malam", "กะดึก"),
    Shift.ROTATING: ("輪班", "rotating shifts", "ca xoay", "shift bergilir", "กะหมุนเวียน"),
}
EMPLOYMENTS: Mapping[Employment, tuple[str, ...]] = {
    Employment.FULL_TIME: ("全職", "full-time", "toàn thời gian", "penuh waktu", "เต็มเวลา"),
    Employment.PART_TIME: ("兼職", "part-time", "bán thời gian", "paruh waktu", "พาร์ตไทม์"),
}
EDUCATIONS: Mapping[Education, tuple[str, ...]] = {
    Education.PRIMARY: ("國小", "primary school", "tiểu học", "SD", "ประถมศึกษา"),
    Education.JUNIOR_HIGH: (
        "國中",
        "junior high school",
        "trung học cơ sở",
        "SMP",
        "มัธยมศึกษาตอนต้น",
    ),
    Education.SENIOR_HIGH: (
        "高中職",
        "senior high school",
        "trung học phổ thông",
        "SMA/SMK",
        "มัธยมศึกษาตอนปลาย",
    ),
    Education.COLLEGE: ("專科", "junior college", "cao đẳng", "diploma", "อนุปริญญา"),
    Education.BACHELOR: ("大學", "a bachelor's degree", "đại học", "sarjana (S1)", "ปริญญาตรี"),
    Education.MASTER: ("碩士", "a master's degree", "thạc sĩ", "magister (S2)", "ปริญญาโท"),
    Education.DOCTOR: ("博士", "a doctoral degree", "tiến sĩ", "doktor (S3)", "ปริญญาเอก"),
}
