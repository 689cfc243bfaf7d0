// Series of numbers over time: what counts as a point, what belongs together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, areaList, consultation, observation, pressure } from './bundle-for-tests.ts';
import { readRecord, trends } from './index.ts';

const references = (...ids: string[]) => ids.map((id) => `Observation/${id}`);

test('values of one code and unit make a series, oldest first', () => {
  const view = readRecord(
    answer(
      areaList('uncategorised', references('a', 'b', 'c')),
      observation('a', '2024-03-02', 82),
      observation('b', '2022-01-05', 85.5),
      observation('c', '2023-01-05', 180, { valueQuantity: { value: 180, unit: 'lb' } }),
    ),
  );
  assert.deepEqual(trends(view), [
    {
      series: '27113001',
      title: 'Body weight',
      unit: 'kg',
      group: null,
      points: [
        { date: '2022-01-05', value: 85.5 },
        { date: '2024-03-02', value: 82 },
      ],
      low: null,
      high: null,
    },
  ]);
});

test('a value with a comparator, or without a whole date, is no point', () => {
  const view = readRecord(
    answer(
      areaList('uncategorised', references('a', 'b', 'c')),
      observation('a', '2024-03-02', 5, { valueQuantity: { value: 5, unit: 'kg', comparator: '<' } }),
      observation('b', '2022-01', 85),
      observation('c', '2023-01-05', 80),
    ),
  );
  assert.deepEqual(
    trends(view, 1).map(({ points }) => points),
    [[{ date: '2023-01-05', value: 80 }]],
  );
});

test('systolic and diastolic are two series of one group', () => {
  const view = readRecord(
    answer(
      areaList('uncategorised', references('a', 'b')),
      pressure('a', '2024-03-02', 140, 90),
      pressure('b', '2025-03-02', 130, 80),
    ),
  );
  assert.deepEqual(
    trends(view).map(({ title, group, points }) => [title, group, points.map(({ value }) => value)]),
    [
      ['Systolic', 'Blood pressure', [140, 130]],
      ['Diastolic', 'Blood pressure', [90, 80]],
    ],
  );
});

test('an observation in a list and in a consultation is one point; one in a consultation alone counts too', () => {
  const view = readRecord(
    answer(
      areaList('uncategorised', references('a')),
      areaList('consultations', ['Encounter/e']),
      consultation(references('a', 'b')),
      observation('a', '2024-03-02', 82),
      observation('b', '2025-03-02', 81),
    ),
  );
  assert.deepEqual(
    trends(view)[0]?.points.map(({ value }) => value),
    [82, 81],
  );
});

test('the reference range is that of the newest point that has one', () => {
  const range = (low: number) => ({ referenceRange: [{ low: { value: low }, high: { value: 90 } }] });
  const view = readRecord(
    answer(
      areaList('uncategorised', references('a', 'b', 'c')),
      observation('a', '2020-03-02', 82, range(50)),
      observation('b', '2022-03-02', 82, range(60)),
      observation('c', '2024-03-02', 82),
    ),
  );
  const [trend] = trends(view);
  assert.deepEqual([trend?.low, trend?.high], [60, 90]);
});
