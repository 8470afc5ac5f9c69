"""The library behind the course book *Training Deep Networks*.

Rooms, in the order in which data flows: `data`, `architectures`, `by_hand`, `pytorch` and `keras_twins`, `twins`,
`training`, `diagnosis`, `experiments`, `results`, `recording`, `plots`, `widgets`, `grading`, `cli`. A room reads
only from rooms to its left. Importing this package loads none of them.
"""

__version__ = "0.1.0"
