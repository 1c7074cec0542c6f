/** A program whose calls are checkpoints: one in another, with arrays of their own, one of which is given back. */
import { parse } from '../../src/ir/parse.ts';
import type { Program } from './derivatives.ts';

const text = `space x: f64 elements
space list.length: i32 field 0
space list.data: ref field 1
shape list { list.length, list.data }
func main(%xs: ref, %p: f64) -> f64, f64 {
  %zero: i32 = const 0
  %one: i32 = const 1
  %rounds: i32 = const 3
  %r: i32, %s: f64 = loop %zero, %p trips %rounds test (%i: i32, %t: f64) {
    %goes: bool = compare.lt %i, %rounds
    yield %goes, %i, %t
  } body (%j: i32, %u: f64) {
    %v: f64 = call.checkpoint step(%xs, %u)
    %l: ref = call.checkpoint made(%xs, %v) array list.length list.data x
    %d: ref = load list.data[%l]
    %a: f64 = load x[%d, %j]
    %b: f64 = load x[%d, %one]
    %w: f64 = math.mul %a, %b
    %n: f64 = math.add %w, %v
    %k: i32 = int.add %j, %one
    yield %k, %n
  }
  yield %s, %p
}
func step(%xs: ref, %v: f64) -> f64 {
  %zero: i32 = const 0
  %one: i32 = const 1
  %four: i32 = const 4
  %own: ref = elements x[%four]
  %r: i32, %s: f64 = loop %zero, %v trips %four test (%i: i32, %t: f64) {
    %goes: bool = compare.lt %i, %four
    yield %goes, %i, %t
  } body (%j: i32, %u: f64) {
    %x: f64 = load x[%xs, %j]
    %a: f64 = math.mul %u, %x
    %b: f64 = math.sin %a
    store x[%own, %j] = %b
    %c: f64 = call.checkpoint inner(%own, %j, %u)
    %k: i32 = int.add %j, %one
    yield %k, %c
  }
  %f: f64 = load x[%own, %one]
  %g: f64 = math.mul %f, %s
  yield %g
}
func inner(%own: ref, %j: i32, %u: f64) -> f64 {
  %two: f64 = const 2
  %a: f64 = math.sin %u
  %b: f64 = math.mul %a, %u
  %c: f64 = math.div %b, %two
  %n: i32 = const 2
  %kept: ref = elements x[%n]
  %zero: i32 = const 0
  store x[%kept, %zero] = %c
  %d: f64 = load x[%kept, %zero]
  %e: f64 = math.sin %d
  yield %e
}
func made(%xs: ref, %v: f64) -> ref {
  %zero: i32 = const 0
  %one: i32 = const 1
  %three: i32 = const 3
  %list: ref = alloc list
  %data: ref = elements x[%three]
  store list.length[%list] = %three
  store list.data[%list] = %data
  %r: i32 = loop %zero trips %three test (%i: i32) {
    %goes: bool = compare.lt %i, %three
    yield %goes, %i
  } body (%j: i32) {
    %x: f64 = load x[%xs, %j]
    %a: f64 = math.mul %v, %x
    %b: f64 = math.sin %a
    %c: f64 = math.mul %b, %v
    store x[%data, %j] = %c
    %k: i32 = int.add %j, %one
    yield %k
  }
  yield %list
}
`;

const module = parse(text);

export const checkpointed: Program = {
  module,
  entry: 'main',
  args: [{ space: module.spaces.get('x')!, contents: [0.4, 0.9, -0.7, 1.3] }, 0.8],
};
