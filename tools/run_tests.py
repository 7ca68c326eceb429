#!/usr/bin/env python3
"""Runs the Meson tests of a build folder and counts single test cases.

    run_tests.py [--jobs N] BUILD_FOLDER [SUITE...]
    run_tests.py --targets BUILD_FOLDER [SUITE...]    what Ninja must build for these suites; without
                                                      one all but the benchmarks

Ends with the line `N passed, N failed, N skipped` and exits 1 when anything failed. A GoogleTest
program counts by its cases, a TAP script and a Python unittest by theirs, anything else as one. A
program that dies or reports nothing counts as one failure, whatever its cases said before.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

LONG_SUITE = 'house-slow'  # run by `./run check`


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []   # "name: what happened"
        self.skipped = []  # (reason, name)

    def closing_line(self):
        return f'{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped'


def one_line(text):
    return ' '.join(text.split())[:300]


def count_gtest(report, program, tally):
    """Adds the cases of a GoogleTest XML report; returns how many it held."""
    cases = 0
    try:
        tree = xml.parse(report)
    except (FileNotFoundError, xml.ParseError):
        return 0
    for case in tree.iter('testcase'):
        name = f'{program}: {case.get("classname")}.{case.get("name")}'
        cases += 1
        failure, skip = case.find('failure'), case.find('skipped')
        if failure is not None:
            tally.failed.append(f'{name}: {one_line(failure.get("message", ""))}')
        elif skip is not None or case.get('status') == 'notrun':
            message = skip.get('message', '') if skip is not None else 'disabled'
            # The message starts with the place, file:line, on a line of its own.
            reason = message.split('\n', 1)[-1] if '\n' in message else message
            tally.skipped.append((one_line(reason) or 'no reason given', name))
        else:
            tally.passed += 1
    return cases


def count_tap(output, program, tally):
    """Adds the lines of a TAP script; returns how many there were."""
    cases = 0
    for verdict, name, directive in re.findall(
            r'^(ok|not ok)\b[ \d]*(?:- )?([^#\n]*)(?:# *(.*))?$', output, re.MULTILINE):
        cases += 1
        name = f'{program}: {name.strip()}'
        if directive.lower().startswith('skip'):
            tally.skipped.append((directive[4:].strip() or 'no reason given', name))
        elif verdict == 'ok':
            tally.passed += 1
        else:
            tally.failed.append(name)
    return cases


def count_unittest(output, program, tally):
    """Adds the summary of Python's unittest; returns how many cases ran, 0 when there is none."""
    ran = re.search(r'^Ran (\d+) tests? in ', output, re.MULTILINE)
    if not ran:
        return 0
    failures = re.findall(r'^(?:FAIL|ERROR): (.*)$', output, re.MULTILINE)
    skips = re.search(r'\bskipped=(\d+)', output)
    reasons = re.findall(r'^(.*?) \.\.\. skipped [\'"](.*)[\'"]$', output, re.MULTILINE)
    skipped = int(skips.group(1)) if skips else 0
    for name, reason in reasons[:skipped]:
        tally.skipped.append((reason, f'{program}: {name}'))
    for _ in range(skipped - len(reasons)):
        tally.skipped.append(('no reason given', program))
    for name in failures:
        tally.failed.append(f'{program}: {name}')
    tally.passed += max(0, int(ran.group(1)) - skipped - len(failures))
    return int(ran.group(1))


def count_program(build, record, gtests, tally):
    """Adds one program of Meson's testlog.json; `gtests` names the GoogleTest programs."""
    program = record['name'].split(' / ')[-1]
    output = (record.get('stdout') or '') + '\n' + (record.get('stderr') or '')
    result = record['result']
    failed_before = len(tally.failed)
    report = build / f'{program}.xml' if program in gtests else None
    if report is not None:
        cases = count_gtest(report, program, tally)
    else:
        cases = count_tap(output, program, tally) or count_unittest(output, program, tally)
    if result in ('OK', 'EXPECTEDFAIL'):
        if cases == 0 and report is not None:
            tally.failed.append(f'{program}: wrote no report, or holds no test case')
        elif cases == 0:
            tally.passed += 1
    elif result == 'SKIP':
        if cases == 0:
            tally.skipped.append((one_line(output) or 'no reason given', program))
    elif len(tally.failed) == failed_before:
        tally.failed.append(f'{program}: {result}, exit status {record.get("returncode")}')


def introspect(build, what):
    return json.loads(subprocess.check_output(['meson', 'introspect', what, str(build)]))


def print_targets(build, suites):
    targets = introspect(build, '--targets')
    files = {target['id']: target['filename'] for target in targets}
    wanted = set()
    if not suites:
        for target in targets:
            if target['build_by_default']:
                wanted.update(os.path.relpath(name, build) for name in target['filename'])
    for test in introspect(build, '--tests'):
        if not suites or any(suite.split(':')[-1] in suites for suite in test['suite']):
            for target in test['depends']:
                wanted.update(os.path.relpath(name, build) for name in files[target])
    print('\n'.join(sorted(wanted)))


def gtest_programs(build):
    """Names of the GoogleTest programs. Meson names their reports so: equal names would collide."""
    tests = introspect(build, '--tests')
    names = [test['name'] for test in tests if test['protocol'] == 'gtest']
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        sys.exit('run_tests: two Meson tests share a name, their reports would collide: '
                 + ', '.join(twice))
    return set(names)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('build', type=pathlib.Path)
    arguments.add_argument('--jobs', default='1')
    arguments.add_argument('suites', nargs='*')
    arguments.add_argument('--targets', action='store_true')
    options = arguments.parse_args()
    build = options.build.resolve()
    known = {suite.split(':')[-1] for test in introspect(build, '--tests') for suite in test['suite']}
    unknown = set(options.suites) - known
    if unknown:
        sys.exit(f'run_tests: no suite {", ".join(sorted(unknown))}; there are: {", ".join(sorted(known))}')
    if options.targets:
        print_targets(build, options.suites)
        return
    gtests = gtest_programs(build)
    log = build / 'meson-logs' / 'testlog.json'
    for stale in [log, *build.glob('*.xml')]:
        stale.unlink(missing_ok=True)

    selection = ['--no-suite', LONG_SUITE] if LONG_SUITE not in options.suites else []
    for suite in options.suites:
        selection += ['--suite', suite]
    status = subprocess.call(
        ['meson', 'test', '-C', str(build), '--no-rebuild', '--print-errorlogs',
         '--num-processes', options.jobs, *selection])

    tally = Tally()
    if log.exists():
        for line in log.read_text().splitlines():
            count_program(build, json.loads(line), gtests, tally)
    if status != 0 and not tally.failed:
        tally.failed.append(f'meson test: exit status {status}')

    print()
    by_reason = {}
    for reason, name in tally.skipped:
        by_reason.setdefault(reason, []).append(name)
    for reason, names in sorted(by_reason.items()):
        print(f'skipped ({len(names)}): {reason}')
        for name in names[:20]:
            print(f'    {name}')
        if len(names) > 20:
            print(f'    and {len(names) - 20} more')
    for failure in tally.failed:
        print(f'failed: {failure}')
    print(tally.closing_line())
    sys.exit(1 if tally.failed or status != 0 else 0)


if __name__ == '__main__':
    main()
