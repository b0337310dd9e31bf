"""Expands iCalendar files with Debian's python3-icalendar and python3-recurring-ical-events, which know nothing of us.

    python3 expand-calendars.py < QUESTION

QUESTION is JSON: "calendars", a list of texts, and "from" and "until", dates as yyyy-mm-dd. Prints JSON: for each text
the sorted list of what happens in the window, each as [start, end, summary]. Times are in UTC, dates stay dates.
"""
import datetime, json, sys
import icalendar, recurring_ical_events

def written(moment):
    if isinstance(moment, datetime.datetime):
        assert moment.tzinfo is not None, "a time without a zone"
        return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.isoformat()

def expand(text, window):
    calendar = icalendar.Calendar.from_ical(text)
    for component in calendar.walk():
        assert not component.errors, component.errors
    happenings = recurring_ical_events.of(calendar).between(*window)
    return sorted([written(one["DTSTART"].dt), written(one["DTEND"].dt), str(one.get("SUMMARY", ""))] for one in happenings)

question = json.load(sys.stdin)
window = [datetime.datetime.fromisoformat(question[name]) for name in ("from", "until")]
json.dump([expand(text, window) for text in question["calendars"]], sys.stdout)
