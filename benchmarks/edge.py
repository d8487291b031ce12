from matcher.entities import Channel
CHANNEL = Channel.COUNSELLOR
